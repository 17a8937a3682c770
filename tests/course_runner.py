"""The course's own runner, as mkdocs.yml sets it up."""

from pathlib import Path

from page_runner.runner import runner_for

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = (
    "FOUNDATIONS_DATA",
    "FOUNDATIONS_TIMM",
    "FOUNDATIONS_TITANIC",
)  # variables that change what a lesson gives
RUNNER = runner_for(ROOT)
