"""The pages' own compute: what running their snippets takes when nothing else is done."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout, suppress
from io import BytesIO, StringIO
from multiprocessing.connection import Connection
from pathlib import Path

from page_runner.page import Snippet, read_items
from page_runner.process import CONTEXT, fresh_start, hold_interrupts, prepare_origin

# What is imported before the clock starts, as the site does.
PRELOAD = ["torch", "torch._dynamo", "matplotlib.pyplot", "pandas", "sklearn.datasets", "sklearn.linear_model"]


def own_compute(pages: Sequence[Path]) -> list[float]:
    """Seconds that each page's snippets take, one page after the other.

    Each page runs in a fresh process, started as the runner starts one, that has imported torch and Matplotlib already.
    A figure counts with its drawing as SVG: a figure that is not drawn has not been computed.
    """
    taken = []
    for page in pages:
        ours, theirs = CONTEXT.Pipe(duplex=False)
        with fresh_start():
            prepare_origin(PRELOAD)
            process = CONTEXT.Process(target=run_alone, args=(page, theirs))
            process.start()
        theirs.close()
        with ours:
            try:
                taken.append(ours.recv())
            except EOFError:
                raise SystemExit(f"{page} does not run alone") from None
        process.join()
        process.close()
    return taken


def run_alone(page: Path, answer: Connection) -> None:
    """Run a page's snippets in this process and answer with the seconds they took."""
    import matplotlib.pyplot as plt
    import torch

    hold_interrupts(block=False)  # it may be interrupted with the benchmark
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
    answer.send(seconds)
