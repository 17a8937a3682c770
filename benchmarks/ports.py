"""A port for a server that cannot be told to choose its own."""

from __future__ import annotations

import socket
from random import SystemRandom

# Below those that systems hand out by themselves, so that no other program gets it before the server opens it; drawn by
# the system, since the tests seed Python's own numbers alike in every process.
PORTS = range(10_000, 32_000)


def free_port() -> int:
    """A port of this machine at which nothing listens."""
    while True:
        port = SystemRandom().choice(PORTS)
        with socket.socket() as found:
            try:
                found.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
