"""Run the Python snippets of Markdown pages and show what they give.

A page is one program: its Python fences run top to bottom in one fresh process. Where things are:

- `page` is a page as it was read: its snippets and its numbers in prose, with their lines. `reading` reads it;
  `fences`, `numbers` and `front_matter` know the parts, `sentences` where Markdown sees words, and `syntax` parses.
- `generator` says which page is being rendered, by MkDocs or Zensical, and `shown` which text of it runs: the one that
  is shown, as plugins left it.
- `program` runs them inside the page's own process; `streams` takes what they print, `terminal` reads that as a
  terminal does, `rich` and `display` draw values and figures, `hints` says what to write instead of what is no Python,
  `libraries` changes those that a page imports, `names` tells which names of the program some code makes and reads,
  and `paths` shortens those of this machine.
- `process` is that process seen from outside: limits, crashes, errors by page and line. It is forked from one that
  `origin` has prepared, `family` is all that it has started, and `workers` are told what the page defines.
- `cache` keeps outputs on disk, under the hash of everything they were made from; `looks` notes what that is, and
  `store` is the folder.
- `runner` runs many pages at once and collects what they gave; `progress` and `bar` say how far they have come,
  and `console` lets commands write UTF-8.
- `snapshots` lets a page that is edited under `mkdocs serve` run again from the change on; `fork` is their side in the
  page's process.
- `listener` answers at the site's address until MkDocs does.
- `pieces` are what stands under a snippet.
- `errors` makes whatever goes wrong, in any part of the kit, an error of its page.
- `extension` (Python-Markdown) and `plugin` (MkDocs) put it all into a site; `marks` thins out what the highlighter
  makes of code, and `needs` finds what an exercise needs of the page above it.
- `blocks` reads a page and its outputs for whatever is written from them. `notebook` writes a page as a notebook, and
  `notebook_page` shows a notebook as a page; `take_away` is what a reader can take along, with the project's own
  `wheel`. Other plugins lay files `beside` a page.
- `times` says how long a page takes to read and to run.
- `check` runs a page as a test.
"""
