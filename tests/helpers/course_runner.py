"""The course's own runner, as mkdocs.yml sets it up."""

from mkdocs.utils.yaml import yaml_load
from project_root import ROOT

from page_runner.runner import runner_for

ENVIRONMENT = (
    "FOUNDATIONS_DATA",
    "FOUNDATIONS_TIMM",
    "FOUNDATIONS_TITANIC",
)  # variables that change what a lesson gives
with open(ROOT / "mkdocs.yml", "rb") as file:
    (OPTIONS,) = [
        found["page_runner"]
        for found in yaml_load(file)["markdown_extensions"]
        if "page_runner" in found and isinstance(found, dict)
    ]
PRELOAD: tuple[str, ...] = tuple(OPTIONS["preload"])
RUNNER = runner_for(ROOT, PRELOAD)
