"""What a site of pages has beside the pages: how long each takes, each as plain Markdown, a card for links to it.

- `plugin` is what MkDocs sees; it puts the other modules to work.
- `reading` counts a page's words, and knows how long its code may run.
- `plain` writes a page, with what its snippets gave, as Markdown that needs no browser.
- `from_html` writes HTML as Markdown: tables, and pages that another plugin wrote.
- `cards` draws the picture that goes with a link to a page.
"""
