"""Each page as plain Markdown, with what its code gave; `llms.txt` lists them, `llms-full.txt` has them all.

- `plugin` is what MkDocs sees; it puts the other modules to work.
- `plain` writes a page, with what its snippets gave, as Markdown that needs no browser.
- `from_html` writes HTML as Markdown: tables, and pages that another plugin wrote.
"""
