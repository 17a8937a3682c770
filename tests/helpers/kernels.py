"""Runs notebooks in Jupyter's kernels, also in warm ones: forked from a process that has imported what is slow to import.

A warm kernel is what a kernel always is, in a process of its own; it starts at once. As a program this file is the
process that is forked (`serve`), or what Jupyter starts in place of a kernel (`ask`): it asks for a fork, and lives as
long as that does.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TRANSPORT = "tcp" if sys.platform == "win32" else "ipc"  # a port that is free now may be taken when it is opened
FRESH = (sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}")


@contextmanager
def notebook_client(book, folder: Path, argv: tuple[str, ...] = FRESH, environment: dict[str, str] | None = None):
    """Jupyter with a notebook and its kernel, which works in a folder, without the settings of whose machine this is.

    Args:
        book: the notebook.
        folder: where the notebook lies.
        argv: the command that starts the kernel.
        environment: variables for the kernel.

    Yields: the client, whose `execute_cell` runs a cell.
    """
    from jupyter_client import AsyncKernelManager  # type: ignore[attr-defined]
    from jupyter_client.kernelspec import KernelSpecManager
    from nbclient import NotebookClient
    from patient_client import PatientClient

    with tempfile.TemporaryDirectory(prefix="jupyter-") as name:
        home = Path(name)
        own = {"IPYTHONDIR": str(home), "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
        kernel = {"argv": argv, "display_name": "Tests", "language": "python", "env": own | (environment or {})}
        (home / "python3").mkdir()
        (home / "python3/kernel.json").write_text(json.dumps(kernel), "utf-8")
        manager = AsyncKernelManager(
            kernel_spec_manager=KernelSpecManager(kernel_dirs=[name]),
            connection_file=str(home / "k.json"),
            transport=TRANSPORT,
            client_factory=PatientClient,
        )
        client = NotebookClient(book, km=manager, timeout=300, resources={"metadata": {"path": str(folder)}})
        with client.setup_kernel(cleanup_kc=True):
            yield client


@contextmanager
def warm_kernels(python: str, environment: dict[str, str]) -> Iterator[tuple[str, ...]]:
    """Start the process to fork from, with this Python and these variables.

    Yields: the command that starts such a kernel.
    """
    from course_runner import PRELOAD

    if sys.platform == "win32":  # which knows no fork
        yield python, *FRESH[1:]
        return
    with tempfile.TemporaryDirectory(prefix="kernels-") as folder:
        address = str(Path(folder, "socket"))
        command = [python, "-P", __file__, "serve", address, *PRELOAD, "ipykernel.kernelapp", "ipywidgets"]
        server = subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            assert server.stdout and server.stdout.readline() == b"ready\n", "the process to fork from has ended"
            yield sys.executable, "-I", "-S", __file__, "ask", address, "-f", "{connection_file}"
        finally:
            server.kill()
            server.communicate()


def serve(address: str, *preload: str) -> None:
    """Import all this, then become a kernel in a child each time that one is asked for."""
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")  # as every kernel does
    for name in preload:
        importlib.import_module(name)
    gc.freeze()  # as in a page's process
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(address)
        server.listen()
        print("ready", flush=True)
        os.dup2(2, 1)  # nobody reads on
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the kernels
        while sys.stdin not in select.select([server, sys.stdin], [], [])[0]:  # which ends with those who started this
            asking, _ = server.accept()
            if os.fork() == 0:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                server.close()
                become_a_kernel(asking)
            asking.close()


def become_a_kernel(asking: socket.socket) -> None:
    """Be the kernel that was asked for, until it ends or the process that asked does."""
    from ipykernel.kernelapp import launch_new_instance

    folder, *arguments = json.loads(asking.recv(10_000))
    os.chdir(folder)
    short = (
        "--InteractiveShell.xmode=Minimal"  # no test reads tracebacks; to set one of a thousand calls takes 15 seconds
    )
    sys.argv = ["ipykernel_launcher", *arguments, short, f"--IPKernelApp.parent_handle={os.getppid()}"]
    threading.Thread(target=end_with, args=(asking,), daemon=True).start()
    try:
        launch_new_instance()
    finally:
        os._exit(0)


def end_with(asking: socket.socket) -> None:
    asking.recv(1)
    os._exit(1)


def ask(address: str, *arguments: str) -> None:
    """Ask for a kernel, and wait for its end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Jupyter interrupts a kernel before it asks it to end
    with socket.socket(socket.AF_UNIX) as asking:
        asking.connect(address)
        asking.send(json.dumps([os.getcwd(), *arguments]).encode())
        asking.recv(1)


if __name__ == "__main__":
    {"serve": serve, "ask": ask}[sys.argv[1]](*sys.argv[2:])
