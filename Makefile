# One command each: sets up .venv on the first run, then does what it says. `make` alone lists them.

ADDRESS ?= 127.0.0.1:8000

venv_python := .venv/bin/python
lowest_tests := tests/foundations tests/live_charts tests/test_docstrings.py tests/site/test_lessons.py
# Which interpreters to try, in this order; PYTHON=... names the only one.
candidates = $(if $(PYTHON),"$(PYTHON)",python3 python3.14 python3.13 python3.12 python3.11 python $(venv_python))

export NO_MKDOCS_2_WARNING := 1
export DENO_NO_UPDATE_CHECK := 1

.PHONY: help setup serve check lesson test weekly pdf lab bench faults lock lowest

help:
	@echo "make serve   serve the site with live reload at http://$(ADDRESS)/ (another address: make serve ADDRESS=127.0.0.1:8001)"
	@echo "make check   check what your change touches, in under a minute; one page alone: make check PAGE=docs/lessons/gradient-descent.md"
	@echo "make lesson  begin a lesson: make lesson TITLE=\"The median\""
	@echo "make test    lint, check types and run every test"
	@echo "make weekly  run the slow checks that make test leaves out"
	@echo "make pdf     build the site, with the whole course as a PDF in it"
	@echo "make lab     open the labs in JupyterLab"
	@echo "make bench   measure speed and size"
	@echo "make faults  put faults into a copy of the project, and see which ones the tests notice"
	@echo "make lock    pin the newest versions in requirements.lock"
	@echo "make lowest  run lessons, examples and unit tests with the lowest versions that pyproject.toml allows"

serve: setup
	@$(venv_python) tools/setup_env.py port $(ADDRESS)
	@echo "Building the site. Open http://$(ADDRESS)/ now: it says how far the build has come, then shows the site and follows your edits; Ctrl+C stops it."
	@$(venv_python) -m mkdocs serve --livereload --dev-addr $(ADDRESS)

check: setup
	@$(venv_python) tools/$(if $(PAGE),check_page.py "$$PAGE",check.py --base "$$BASE")

lesson: setup
	@$(venv_python) tools/new_lesson.py "$$TITLE"

test: setup
	$(venv_python) -m ruff check .
	$(venv_python) -m ruff format --check .
	$(venv_python) -m mypy
	$(venv_python) -m deno fmt --quiet --check
	$(venv_python) -m deno lint --quiet
	$(venv_python) -m deno check --quiet kit src theme
	$(venv_python) -m pytest -n logical --dist=loadgroup

weekly: setup
	$(venv_python) -m pytest -m weekly -n logical --dist=loadgroup

pdf: export COURSE_PDF := neural-net-foundations.pdf
pdf: setup
	@$(venv_python) -m mkdocs build
	@$(venv_python) tools/course_pdf.py site/$(COURSE_PDF)

lab: setup
	@$(venv_python) -m jupyterlab docs/labs

bench: setup
	$(venv_python) -m benchmarks

faults: setup
	$(venv_python) -m pip install --quiet -c requirements.lock -e kit -e ".[faults]" --no-build-isolation
	$(venv_python) tools/seeded_faults.py

lowest: setup
	@$(call run_python,lowest)
	.venv-lowest/bin/python -m pytest -W default -n logical $(lowest_tests)
	$(venv_python) tools/same_numbers.py .venv-lowest/bin/python

setup:
	@$(call run_python,install)

lock:
	@$(call run_python,lock)

# Run tools/setup_env.py with the first candidate that is new enough, or say which ones were found.
define run_python
found=""; \
for python in $(candidates); do \
  version=$$("$$python" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3]); sys.exit(sys.version_info < (3, 11))' 2>/dev/null) \
    && exec "$$python" tools/setup_env.py $(1); \
  if [ -n "$$version" ]; then found="$$found ($$python is $$version)"; fi; \
done; \
echo "This project needs Python 3.11 or newer, which was not found$(if $(PYTHON), at $(PYTHON))$$found: install it from https://www.python.org/downloads/ or say where it is, as in make $(or $(MAKECMDGOALS),serve) PYTHON=/path/to/python3" >&2; \
exit 1
endef
