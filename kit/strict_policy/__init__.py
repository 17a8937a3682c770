"""A MkDocs plugin: every page says in a content security policy that nothing runs or loads but what the site has.

- `plugin` gives each page its policy and takes from it what the policy forbids; under `mkdocs serve`, too.
- `inline` moves styles that stand in a page's HTML into attributes of drawings and a style sheet, and names scripts by
  their hashes.
- `policy` says what the policy is, and what a host's headers must say beside it.
"""
