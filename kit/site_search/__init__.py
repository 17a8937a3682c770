"""A MkDocs plugin: the search finds what a reader means, also by its beginning, by other words, or misspelt.

It takes Material's search box and MkDocs' index, and searches with MiniSearch in place of Lunr.

- `plugin` says in the index which pages weigh more, where each page stands, by which other words it is looked for, and
  makes an entry of each term of the glossary.
- `search-worker.js` is what Material's search box talks to, `search.js` looks words up, `minisearch.js` is the library.
"""
