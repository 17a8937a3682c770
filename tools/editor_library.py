"""Make the library of the pages' editor anew: CodeMirror, as one file. It needs npm and a network; no build does.

`python tools/editor_library.py` writes `kit/page_editing/assets/codemirror.js`, and keeps the licence at its top. For
newer versions change the numbers here and there.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

LIBRARY = Path(__file__).parent.parent / "kit" / "page_editing" / "assets" / "codemirror.js"
PACKAGES = {
    "@codemirror/autocomplete": "6.20.4",
    "@codemirror/commands": "6.11.1",
    "@codemirror/lang-python": "6.2.1",
    "@codemirror/language": "6.13.1",
    "@codemirror/state": "6.7.6",
    "@codemirror/view": "6.43.15",
    "@lezer/common": "1.5.5",
    "@lezer/highlight": "1.2.5",
    "@lezer/lr": "1.4.12",
    "@lezer/python": "1.1.19",
    "@marijn/find-cluster-break": "1.0.4",
    "crelt": "1.0.7",
    "style-mod": "4.1.5",
    "w3c-keyname": "2.2.8",
    "esbuild": "0.28.2",
}
TAKEN = """
export { closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
export { defaultKeymap, history, historyKeymap, indentLess, indentMore } from "@codemirror/commands";
export { pythonLanguage } from "@codemirror/lang-python";
export { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
export { EditorState, Prec, StateEffect, StateField } from "@codemirror/state";
export { Decoration, drawSelection, EditorView, keymap, placeholder } from "@codemirror/view";
export { highlightCode, tagHighlighter, tags } from "@lezer/highlight";
"""


def main(library: Path = LIBRARY) -> None:
    """Bundle what the editor takes of the packages."""
    head, end, _ = LIBRARY.read_text("utf-8").partition("*/\n")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "package.json").write_text('{"type": "module"}', "utf-8")
        Path(folder, "taken.js").write_text(TAKEN, "utf-8")
        named = [f"{name}@{version}" for name, version in PACKAGES.items()]
        run = {"cwd": folder, "check": True, "capture_output": True, "text": True, "encoding": "utf-8"}
        subprocess.run(["npm", "install", "--save-exact", "--no-audit", "--no-fund", *named], **run)  # type: ignore[call-overload]
        options = ["--bundle", "--minify", "--format=esm", "--legal-comments=none"]
        bundle = subprocess.run(["npx", "esbuild", "taken.js", *options], **run).stdout  # type: ignore[call-overload]
    library.write_text(head + end + bundle, "utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
