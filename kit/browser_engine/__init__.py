"""Lets the readers of a published site change its code: Pyodide and the site's libraries, in the reader's own browser.

As an MkDocs plugin it stands after page_editing: `browser_engine`.

- `plugin` is what MkDocs sees: it puts the engine into the site, and offers it on the pages that agree.
- `files` finds and checks what the engine is made of.
- `programs` are what a page has beside it for the engine, and `run` runs one there.
- `gate` lets a browser run each page in the engine, and `agreement` says what differs.
- `chrome` finds a browser, and `web` serves a folder to it.
"""
