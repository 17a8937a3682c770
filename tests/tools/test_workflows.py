"""What the workflows promise: one set-up, time limits, actions that cannot change, no second index for everything."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from project_root import ROOT

FOLDER = ROOT / ".github"
FILES = sorted([*FOLDER.glob("workflows/*.yml"), *FOLDER.glob("actions/*/action.yml")])
JOBS = [
    pytest.param(job, id=f"{path.stem}-{name}")
    for path in FOLDER.glob("workflows/*.yml")
    for name, job in yaml.safe_load(path.read_text("utf-8"))["jobs"].items()
]
SETUP = "./.github/actions/setup"


def test_actions_of_others_are_pinned_by_commit():
    found = [line.strip() for path in FILES for line in path.read_text("utf-8").splitlines() if "uses: " in line]
    others = [line for line in found if SETUP not in line]
    assert len(others) > 8
    assert [line for line in others if not re.search(r"uses: [\w-]+/[\w-]+@[0-9a-f]{40} # v\d+", line)] == []
    by_name: dict[str, set[str]] = {}
    for line in others:
        name, _, commit = line.partition("uses: ")[2].partition("@")
        by_name.setdefault(name, set()).add(commit)
    assert all(len(commits) == 1 for commits in by_name.values()), "one version of each"


@pytest.mark.parametrize("job", JOBS)
def test_every_job_has_a_time_limit_and_the_one_set_up(job: dict[str, Any]):
    assert job["timeout-minutes"] >= 5
    steps = [step.get("uses", "") for step in job["steps"]]
    runs = "\n".join(step.get("run", "") for step in job["steps"])
    assert "pip install" not in runs
    if re.search(r"\b(python|make) ", runs):
        assert SETUP in steps


def test_no_second_index_is_asked_for_everything():
    for path in [*FILES, ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "Makefile", ROOT / ".ci/run"]:
        assert not re.search("extra.index.url", path.read_text("utf-8"), re.I), path


def test_only_the_newest_commit_is_published():
    """A run that is started again has the commit of its first time."""
    jobs = yaml.safe_load((FOLDER / "workflows/pages.yml").read_text("utf-8"))["jobs"]
    for name in ("deploy", "notebooks"):
        asked, *rest = jobs[name]["steps"]
        assert "commits/main" in asked["run"]
        assert asked["env"]["COMMIT"] == "${{ github.event.workflow_run.head_sha }}"
        assert rest
        assert {step["if"] for step in rest} == {f"steps.{asked['id']}.outputs.yes"}


def test_the_pdf_that_the_site_offers_is_made():
    steps = yaml.safe_load((FOLDER / "workflows/pages.yml").read_text("utf-8"))["jobs"]["build"]["steps"]
    build = next(step for step in steps if "mkdocs build" in step.get("run", ""))
    made = steps[steps.index(build) + 1]["run"]
    assert made == f"python tools/course_pdf.py site/{build['env']['COURSE_PDF']}"
    assert f"COURSE_PDF := {build['env']['COURSE_PDF']}\n" in (ROOT / "Makefile").read_text("utf-8")
