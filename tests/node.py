"""Runs the pages' scripts in node, without a browser."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any


def evaluate(script: Path, code: str, given: object) -> Any:
    """The value of an expression of JavaScript, with a page's script imported as `script` and `given` at hand."""
    program = f"""
        import * as script from {json.dumps(script.as_uri())};
        import {{ readFileSync }} from "node:fs";
        const given = JSON.parse(readFileSync(0, "utf8"));
        console.log(JSON.stringify({code}));
    """
    done = subprocess.run(
        ["node", "--no-warnings", "--input-type=module", "-e", program],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
