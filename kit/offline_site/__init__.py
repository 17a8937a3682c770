"""A MkDocs plugin: whoever has visited the site once can read it without a connection.

- `service-worker.js` goes to the site's root. It asks the network first, and answers from what it has kept where there
  is none; what has a hash in its name it keeps for good.
- `offline.js` is loaded by every page. Once a page has been loaded and the browser is idle, it has the worker keep the
  page, and the rest of the site too unless the reader saves data.
- `plugin` writes both into the site, with a list of its files and their hashes; `mkdocs serve` gets neither.
"""
