"""Data that the reader keeps in a folder of their own, named by the environment variable FOUNDATIONS_DATA."""

import os
from pathlib import Path


def local_file(name: str) -> Path | None:
    """Where a file of this name would lie in the reader's folder; None where no folder is named."""
    folder = os.environ.get("FOUNDATIONS_DATA")
    return Path(os.path.expanduser(folder), name).absolute() if folder else None
