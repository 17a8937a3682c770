"""How a notebook shows what this package makes: by ipywidgets, in the style of a page."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

STYLE = Path(__file__).parent / "assets" / "live.css"


@functools.cache
def style() -> str:
    """The style of a page as a `<style>` element."""
    return f"<style>{STYLE.read_text('utf-8')}</style>"


def styled(kind: str, shown: str) -> str:
    """HTML with the style that it has in a page.

    Args:
        kind: The class of what is shown: `live`, `shapes` or `pad`.
        shown: What is shown, as HTML.

    Returns:
        The same with its style.

    Example:
        ```python
        from live_charts.notebook import styled

        assert styled("live", "<p>A chart.</p>").endswith('<div class="live"><p>A chart.</p></div>')
        ```
    """
    return f'{style()}<div class="{kind}">{shown}</div>'


def show(html: str) -> None:
    """Display something in a notebook.

    Args:
        html: What it is.
    """
    from IPython.display import HTML, display

    display(HTML(html))  # type: ignore[no-untyped-call]


def show_live(live: Callable[[Any], Any], still: Callable[[], str], needed_for: str) -> None:
    """Display something to play with in a notebook; without ipywidgets something still, and what is missing.

    Args:
        live: Gives what is displayed, from the module ipywidgets.
        still: Gives, as HTML, what is displayed where that module is missing.
        needed_for: What needs it, as a sentence begins.
    """
    try:
        import ipywidgets
    except ImportError:
        show(f"{still()}<p>{needed_for} ipywidgets: %pip install ipywidgets</p>")
        return
    from IPython.display import display

    display(live(ipywidgets))  # type: ignore[no-untyped-call]
