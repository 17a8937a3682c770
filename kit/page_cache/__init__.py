"""Keeps rendered pages: a build makes anew what changed, and nothing else.

As an MkDocs plugin it stands before all others under `plugins` in mkdocs.yml: `page_cache`.

- `plugin` is what MkDocs sees.
- `rendered` is a page as it was rendered, with what that depends on; `settings` is what every page depends on.
- `lazily` puts the import off of what a build with nothing changed does not need.
"""

from .lazily import import_when_used

# What mkdocs-jupyter needs for notebooks that are no longer as they were takes longer to import than a whole build.
import_when_used("jupytext", "mkdocs_jupyter.convert")
