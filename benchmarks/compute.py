"""The pages' own compute: what running their snippets takes when nothing else is done."""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout, suppress
from io import BytesIO, StringIO
from pathlib import Path

from page_runner.page import Snippet, read_items

PRELOAD = ["torch", "matplotlib.pyplot"]


def own_compute(pages: Sequence[Path]) -> list[float]:
    """Seconds that each page's snippets take, one page after the other.

    Each page runs in a fresh process that has imported torch and Matplotlib already. A figure counts with its
    drawing as SVG: a figure that is not drawn has not been computed.
    """
    os.environ["MPLBACKEND"] = "agg"
    context = multiprocessing.get_context("spawn" if sys.platform == "win32" else "forkserver")
    if sys.platform != "win32":
        context.set_forkserver_preload(PRELOAD)
    with context.Pool(1, maxtasksperchild=1) as pool:
        return pool.map(page_seconds, pages, chunksize=1)


def page_seconds(page: Path) -> float:
    import matplotlib.pyplot as plt
    import torch

    torch.set_num_threads(1)
    snippets = [item for item in read_items(page.read_text("utf-8"), page.name) if isinstance(item, Snippet)]
    names: dict[str, object] = {"__name__": "__main__"}
    with tempfile.TemporaryDirectory() as folder, redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        os.chdir(folder)
        start = time.perf_counter()
        for snippet in snippets:
            with suppress(*[BaseException] * ("raises" in snippet.options)):
                exec(compile(snippet.source, page.name, "exec"), names)
            for number in plt.get_fignums():
                plt.figure(number).savefig(BytesIO(), format="svg")
            plt.close("all")
        seconds = time.perf_counter() - start
        os.chdir("/")
    return seconds
