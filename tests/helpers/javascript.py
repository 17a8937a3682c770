"""Runs the pages' scripts without a browser, by Deno, which pip installs with the other tools."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import deno

ENVIRONMENT = os.environ | {"DENO_NO_UPDATE_CHECK": "1", "NO_COLOR": "1"}


def evaluate(script: Path, code: str, given: object) -> Any:
    """The value of an expression of JavaScript, with a page's script imported as `script` and `given` at hand."""
    program = f"""
        import * as script from {json.dumps(script.as_uri())};
        const given = await new Response(Deno.stdin.readable).json();
        console.log(JSON.stringify({code}));
    """
    done = run("eval", program, given=json.dumps(given))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def fault_in(text: str) -> str:
    """Why something is no JavaScript; nothing where it is."""
    done = run("fmt", "--ext", "js", "-", given=text)
    return "" if done.returncode == 0 else done.stderr


def run(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """Run Deno."""
    command = [deno.find_deno_bin(), *arguments]
    return subprocess.run(
        command, input=given, env=ENVIRONMENT, capture_output=True, text=True, encoding="utf-8", timeout=300
    )
