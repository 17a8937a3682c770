"""A client of Jupyter's kernels that misses no answer.

Jupyter sends past pyzmq's event loop. An answer that comes while something is sent, as an Output widget's state is, may
then wake nobody: it lies there until the time limit of the cell. So this client looks again, five times a second.
"""

from __future__ import annotations

from queue import Empty
from time import monotonic
from typing import Any

from jupyter_client.asynchronous import AsyncKernelClient  # type: ignore[attr-defined]
from jupyter_client.channels import AsyncZMQSocketChannel

PAUSE = 0.2  # seconds


class PatientChannel(AsyncZMQSocketChannel):
    """A channel that looks for a message again and again while it waits for one."""

    async def get_msg(self, timeout: float | None = None) -> dict[str, Any]:  # type: ignore[override]
        end = monotonic() + (float("inf") if timeout is None else timeout)
        while (left := end - monotonic()) > PAUSE:
            try:
                return await super().get_msg(PAUSE)
            except Empty:
                continue
        return await super().get_msg(max(left, 0))


class PatientClient(AsyncKernelClient):
    """Jupyter's client, with such a channel for what it asks the kernel."""

    shell_channel_class = PatientChannel
