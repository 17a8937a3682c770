"""The first use of each term on a page links to the glossary, and has the definition with it.

- `glossary` reads the glossary's page.
- `extension` (Python-Markdown) makes the links.
"""

from __future__ import annotations

from .extension import GlossaryTermsExtension, makeExtension
from .glossary import Entry, Glossary, GlossaryError, read_glossary

__all__ = ["Entry", "Glossary", "GlossaryError", "GlossaryTermsExtension", "makeExtension", "read_glossary"]
