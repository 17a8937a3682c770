"""A MkDocs plugin: the scripts and styles that lie beside a package's Python come into the site's `assets/`.

Each package that it is given has a folder `assets`. What every page is to load of it, such as `assets/live.css`, stands
under `extra_css` and `extra_javascript` in mkdocs.yml, as a file of the site's own would. `plugin` does the work. This
package's own folder has `element.js`, with which the scripts of all packages make elements.
"""
