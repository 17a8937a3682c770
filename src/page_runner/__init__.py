"""Run the Python snippets of Markdown pages and show what they give.

A page is one program: its Python fences run top to bottom in one fresh process. Where things are:

- `page` reads a page: its snippets and its numbers in prose, with their lines; `fences` and
  `front_matter` know the parts.
- `program` runs them inside the page's own process; `display` draws what they give, and `names` tells which names of
  the program some code makes and reads.
- `process` is that process seen from outside: time limit, crashes, errors by page and line.
- `kept` keeps outputs on disk, under the hash of everything they were made from; `looks` notes what that is, and
  `store` is the folder.
- `runner` runs many pages at once and collects what they gave; `progress` and `bar` say how far they have come.
- `snapshots` lets a page that is edited under `mkdocs serve` run again from the change on; `fork` is their side in the
  page's process.
- `listener` answers at the site's address until MkDocs does.
- `errors` makes whatever goes wrong, in any part of the kit, an error of its page.
- `extension` (Python-Markdown) and `plugin` (MkDocs) put it all into a site; `generator` says which page is being
  rendered, and by whom.
- `notebook` writes a page as a notebook, and `notebook_page` shows a notebook as a page; `take_away` is what a reader
  can take along, with the project's own `wheel`. Other plugins lay files `beside` a page.
- `check` runs a page as a test.
"""
