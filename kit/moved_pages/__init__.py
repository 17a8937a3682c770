"""A MkDocs plugin: old addresses of pages lead to where their text is now.

`docs/moved.yml` lists the old pages, and of those that have become several, which headings and questions went where.

- `plugin` reads the list and leaves a page at each old address.
- `moved.js`, on such a page, goes on to the part that the address names.
"""
