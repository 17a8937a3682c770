"""Changes a page where it is read: its code is edited in the browser, and the page becomes that of the changed program.

Only `mkdocs serve` does that. As an MkDocs plugin it stands after page_runner: `page_editing`.

- `plugin` is what MkDocs sees.
- `endpoint` is what browsers ask, and keeps others out.
- `engine` knows the site and the runs of its readers; `run` is one of them, with what it says as it goes on;
  `trails` keeps the snapshots of its pages, so that a run starts at the first change.
- `edited` puts code into a page's fences, and `preview` renders the page as MkDocs does, without a trace in the site.
"""
