"""What the site offers with a page: its notebook, the wheel that the notebook installs, and where it opens online."""

from __future__ import annotations

import ipaddress
import posixpath
import re
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

GITHUB = re.compile(r"https://github\.com/(?P<repository>[^/]+/[^/]+?)(?:\.git)?/?")


@dataclass(frozen=True)
class TakeAway:
    """A page's notebook, as the theme links it.

    Args:
        path: Where it lies in the site.
        wheel: Name of the wheel in the site's `dist/`; None where there is none.
        site_url: The site's address.
        repo_url: The repository's address.
        branch: The branch of the repository that holds the notebooks of the published site, under their paths in it.

    Example:
        ```python
        from page_runner.take_away import TakeAway

        sums = TakeAway("a/a.ipynb", "x-1-py3-none-any.whl", "https://example.org/", "https://github.com/me/x", "books")
        assert sums.colab == "https://colab.research.google.com/github/me/x/blob/books/a/a.ipynb"
        assert "%pip install -q https://example.org/dist/x-1-py3-none-any.whl" in sums.install
        ```
    """

    path: str
    wheel: str | None = None
    site_url: str | None = None
    repo_url: str | None = None
    branch: str | None = None

    @property
    def name(self) -> str:
        """The notebook's file name; it lies beside the page."""
        return posixpath.basename(self.path)

    @property
    def beside(self) -> str | None:
        """Name of the wheel if the reader has to save it beside the notebook, as no public site offers it."""
        return None if is_public(self.site_url) else self.wheel

    @property
    def install(self) -> str:
        """Source of the notebook's first cell."""
        if not self.wheel:
            return ""
        if self.beside:
            return (
                f"# This page was built on somebody's own machine: save {self.wheel},\n"
                "# which stands beside the page's link to this notebook, into this notebook's folder.\n"
                f"%pip install -q ./{self.wheel}\n"
                f"%pip install -q --no-deps --force-reinstall ./{self.wheel}"
            )
        address = urljoin(str(self.site_url), f"dist/{quote(self.wheel)}")
        return (
            "# The package that this page was built with, and what it needs. The second line replaces an older build.\n"
            f"%pip install -q {address}\n"
            f"%pip install -q --no-deps --force-reinstall {address}"
        )

    @property
    def colab(self) -> str | None:
        """Address that opens the notebook in Colab, which takes it from a branch on GitHub; None where none is."""
        github = self._github()
        return github and f"https://colab.research.google.com/github/{github}"

    @property
    def kaggle(self) -> str | None:
        """Address that opens the notebook on Kaggle; None where Colab has none."""
        github = self._github()
        return github and f"https://www.kaggle.com/kernels/welcome?src=https://github.com/{github}"

    def _github(self) -> str | None:
        match = GITHUB.fullmatch(self.repo_url or "")
        return match and self.branch and f"{match['repository']}/blob/{self.branch}/{quote(self.path)}"


def is_public(site_url: str | None) -> bool:
    """Whether a site can be reached from another machine, as far as its address tells.

    Example:
        ```python
        from page_runner.take_away import is_public

        assert is_public("https://example.org/course/")
        assert not is_public("http://127.0.0.1:8000/") and not is_public(None)
        ```
    """
    host = urlsplit(site_url or "").hostname or "localhost"
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith((".localhost", ".local", ".internal"))
