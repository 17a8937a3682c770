"""A MkDocs plugin: the site's own scripts and styles lie in a folder whose name says what is in it.

So a page never meets a script of another release, whatever a browser or a server between has kept, and two scripts of
one page are always of one release. Under `mkdocs serve` they stay where they are.

- `plugin` moves them, and lets every page of a build name them there.
"""
