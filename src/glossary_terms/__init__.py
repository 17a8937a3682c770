"""The first use of each term on a page links to the glossary, and has the definition with it."""

from __future__ import annotations

from .extension import GlossaryTermsExtension, makeExtension
from .glossary import Entry, Glossary, read_glossary

__all__ = ["Entry", "Glossary", "GlossaryTermsExtension", "makeExtension", "read_glossary"]
