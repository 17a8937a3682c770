"""The picture that goes with a link to a page, where people share links.

- `plugin` is what MkDocs sees: it puts a card for each page into the site.
- `cards` draws a card.
"""
