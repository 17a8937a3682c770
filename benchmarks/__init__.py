"""Speed of the site, as ratios inside one run: `python -m benchmarks`.

- `pages` writes lessons by the hundred, the same ones every time; `sites` sets up projects that hold them.
- `compute` times the pages' own code; `build`, `serve`, `suite`, `imports` and `models` measure one thing each.
- `report` turns what they measured into a table.
"""
