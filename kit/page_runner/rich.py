"""What a snippet shows, in its order: text, figures, and values by the protocol that IPython has for them.

An object says how it looks in methods such as `_repr_html_`; `display(value)` shows it, and so does a last line.
IPython need not be here; where a page imports its `display`, it gets this one.
"""

from __future__ import annotations

import base64
import builtins
import json
import sys
from collections.abc import Callable, Iterable
from functools import partial
from types import ModuleType
from typing import Any

from .display import figures, markup, text
from .libraries import when_imported
from .streams import Streams

# By the kind of data, the best to show first: the method that gives it.
METHODS = {
    "text/html": "_repr_html_",
    "text/markdown": "_repr_markdown_",
    "text/latex": "_repr_latex_",
    "image/svg+xml": "_repr_svg_",
    "image/png": "_repr_png_",
    "image/jpeg": "_repr_jpeg_",
    "image/gif": "",
    "image/webp": "",
    "application/json": "_repr_json_",
    "application/javascript": "_repr_javascript_",
    "text/javascript": "",
    "application/pdf": "_repr_pdf_",
    "text/plain": "__repr__",
}
REFUSED = {
    "application/javascript": "is JavaScript, which a page does not run: show what it would draw",
    "text/javascript": "is JavaScript, which a page does not run: show what it would draw",
    "application/pdf": 'is a PDF: save it, and offer it with download="name.pdf"',
}
CANARY = "_ipython_canary_method_should_not_exist_"
# The look of the page's figures.
STYLE = {"legend.frameon": False, "axes.spines.top": False, "axes.spines.right": False}


class Shown:
    """What the running snippet has shown so far.

    Args:
        streams: What it prints comes from there.
    """

    def __init__(self, streams: Streams):
        self.streams = streams
        self.parts: list[list[str]] = []
        self.handles: dict[str, list[list[str]]] = {}
        self.salt, self.drawn = "", 0

    def begin(self, salt: str) -> None:
        """A snippet begins; its drawings have ids of their own."""
        self.parts, self.handles = [], {}
        self.salt, self.drawn = salt, 0
        self.streams.begin()

    def printed(self) -> None:
        """Take what was printed so far."""
        self._write(self.streams.take())

    def _write(self, words: str) -> None:
        if words and self.parts and self.parts[-1][0] == "text":
            self.parts[-1][1] += words
        elif words:
            self.parts.append(["text", words])

    def draw(self) -> None:
        """Show every open Matplotlib figure, and close it."""
        if "matplotlib.pyplot" in sys.modules:
            self._draw(figures)

    def _draw(self, how: Callable[..., list[str]], *arguments: Any) -> None:
        salt = f"{self.salt}-{self.drawn}" if self.drawn else self.salt
        if drawn := how(salt, *arguments):
            self.printed()
            self.parts += [["figure", each] for each in drawn]
            self.drawn += 1

    def last(self, value: Any) -> None:
        """Show the value of a snippet's last line."""
        if value is not None and not (is_figure(value) and is_open(value)):
            self.show(value)

    def show(self, value: Any, include: Iterable[str] | None = None, exclude: Iterable[str] | None = None) -> None:
        """Show a value in the best way that it knows.

        Raises:
            TypeError: It knows none that a page has.
        """
        self.printed()
        if is_figure(value):
            self._draw(figures, value)
            return
        show = method(value, "_ipython_display_")
        if show and not method(value, "_repr_html_"):  # where both are, the first one is for widgets of a notebook
            show()
            self.printed()
            return
        data, about = bundle(value, include, exclude)
        self.printed()  # what looking at it has printed
        self.publish(data, about, value)

    def publish(self, data: dict[str, Any], about: dict[str, Any] | None = None, value: Any = None) -> None:
        """Show the best of several representations.

        Raises:
            TypeError: A page has none of them.
        """
        kind = next((kind for kind in METHODS if data.get(kind) is not None), None)
        what = "what is shown" if value is None else f"what {type(value).__name__} shows"
        if kind in REFUSED:
            raise TypeError(f"{what} {REFUSED[kind]}")
        if kind is None:
            raise TypeError(f"{what} is {', '.join(data) or 'nothing'}, which a page cannot show")
        self._add(kind, data[kind], (about or {}).get(kind) or about or {})

    def _add(self, kind: str, content: Any, about: dict[str, Any]) -> None:
        if kind == "text/plain":
            self._write(f"{content}\n")
        elif kind == "application/json":
            loaded = json.loads(content) if isinstance(content, str) else content
            self._write(json.dumps(loaded, indent=2, ensure_ascii=False) + "\n")
        elif kind == "text/html":
            self.drawn += 1
            self.parts.append(["html", markup(str(content), f"{self.salt}-{self.drawn}")])
        elif kind == "text/markdown":
            self.parts.append(["html", from_markdown(str(content))])
        elif kind == "text/latex":
            self.parts.append(["html", formula(str(content))])
        elif kind == "image/svg+xml":
            svg = str(content)
            self.parts.append(["figure", svg[max(svg.find("<svg"), 0) :].strip()])
        else:
            self.parts.append(["figure", image(kind, content, about)])

    def display(
        self,
        *values: Any,
        include: Iterable[str] | None = None,
        exclude: Iterable[str] | None = None,
        metadata: dict[str, Any] | None = None,
        transient: dict[str, Any] | None = None,
        display_id: str | bool | None = None,
        raw: bool = False,
        clear: bool = False,
        **_: Any,
    ) -> Handle | None:
        """Show values, as IPython's `display` does; with a `display_id` they can be updated until the snippet ends."""
        if clear:
            self.clear_output()
        self.printed()
        before = len(self.parts)
        self.parts.append(["text", ""])  # what was printed before is no part of this
        for value in values:
            if raw:
                self.publish(value, metadata)
            else:
                self.show(value, include, exclude)
        if not display_id:
            return None
        name = display_id if isinstance(display_id, str) else f"display-{len(self.handles)}"
        self.handles[name] = self.parts[before:]
        self.parts.append(["text", ""])
        return Handle(self, name)

    def update_display(self, value: Any, *, display_id: str, **options: Any) -> None:
        """Show a value in the place of another.

        Raises:
            ValueError: The other stands under another snippet, or nowhere.
        """
        self.printed()
        old = self.handles.get(display_id)
        if old is None:
            raise ValueError(f"no display {display_id!r} stands under this snippet: only that can be updated")
        at = next((number for number, part in enumerate(self.parts) if old and part is old[0]), len(self.parts))
        rest = [part for part in self.parts[at:] if not any(part is each for each in old)]
        self.parts = [*self.parts[:at], ["text", ""]]
        self.display(value, **{**options, "display_id": display_id})
        self.parts += rest

    def clear_output(self, wait: bool = False) -> None:
        """Forget all that the snippet has shown so far."""
        self.printed()
        self.parts.clear()

    def publish_display_data(
        self, data: dict[str, Any], metadata: dict[str, Any] | None = None, *_: Any, **options: Any
    ) -> None:
        """Show the best of several representations, as IPython's function of this name does."""
        if options.get("update"):
            name = (options.get("transient") or {}).get("display_id", "")
            self.update_display(data, display_id=name, raw=True, metadata=metadata)
            return
        self.printed()
        self.publish(data, metadata)

    def install(self) -> None:
        """Be the `display` of all code and of IPython, and the `show` of Matplotlib, now or when they are imported."""
        builtins.display = self.display  # type: ignore[attr-defined]
        when_imported({"IPython.core.display_functions": self.patch, "matplotlib.pyplot": self.style})

    def style(self, pyplot: ModuleType) -> None:
        """Draw where the page says `plt.show()`, and draw as pages look."""
        pyplot.__dict__["show"] = lambda *_, **__: self.draw()
        sys.modules["matplotlib"].__dict__["rcParams"].update(STYLE)

    def patch(self, module: ModuleType) -> None:
        """Put this in the place of IPython's functions."""
        for name in ("display", "update_display", "clear_output", "publish_display_data"):
            for each in (module, *map(sys.modules.get, ("IPython.core.display", "IPython.display"))):
                if each and hasattr(each, name):
                    setattr(each, name, getattr(self, name))


class Handle:
    """What `display` gives where it has a `display_id`."""

    def __init__(self, shown: Shown, name: str):
        self.shown, self.display_id = shown, name

    def update(self, value: Any, **options: Any) -> None:
        """Show a value in the place of what stands there."""
        self.shown.update_display(value, display_id=self.display_id, **options)

    def display(self, value: Any, **options: Any) -> None:
        """Show one more value, which is the one to update from now on."""
        self.shown.display(value, display_id=self.display_id, **options)

    def __repr__(self) -> str:
        return f"<DisplayHandle display_id={self.display_id}>"


def method(value: Any, name: str) -> Callable[..., Any] | None:
    """A value's own method of that name; none of a class, nor of what has every method."""
    if not name or isinstance(value, type) or getattr(value, CANARY, None) is not None:
        return None
    found = getattr(value, name, None)
    return found if callable(found) else None


def bundle(
    value: Any, include: Iterable[str] | None = None, exclude: Iterable[str] | None = None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """A value's representations by their kind, up to the best, and what it says about them."""
    wanted = [kind for kind in METHODS if (not include or kind in {*include}) and kind not in {*(exclude or ())}]
    data: dict[str, Any] = {}
    about: dict[str, Any] = {}
    if several := method(value, "_repr_mimebundle_"):
        data, about = in_two(several(include=include, exclude=exclude))
        data = {kind: each for kind, each in (data or {}).items() if kind in wanted}
    for kind in wanted:
        if data.get(kind) is not None:
            break
        show = partial(repr, value) if kind == "text/plain" else method(value, METHODS[kind])
        try:
            shown, more = in_two(show() if show else None)
        except NotImplementedError:
            continue
        if shown:
            data[kind], about[kind] = shown, more
            break
    return data, about


def in_two(shown: Any) -> tuple[Any, dict[str, Any]]:
    """What a method gave, and what it says about that."""
    if isinstance(shown, tuple) and len(shown) == 2 and isinstance(shown[1], dict):
        return shown
    return shown, {}


def image(kind: str, content: Any, about: dict[str, Any]) -> str:
    """A picture as HTML that holds it. The figure around it says what it shows."""
    data = content if isinstance(content, str) else base64.b64encode(content).decode()
    sizes = "".join(f' {name}="{int(about[name])}"' for name in ("width", "height") if about.get(name))
    return f'<img src="data:{kind};base64,{"".join(data.split())}"{sizes} alt="">'


def formula(source: str) -> str:
    """LaTeX for the page's own reader of formulas, as `pymdownx.arithmatex` writes it; else its source is seen."""
    inner = source.strip()
    for mark in ("$$", "$"):
        if inner.startswith(mark) and inner.endswith(mark) and len(inner) > 2 * len(mark):
            inner = inner[len(mark) : -len(mark)].strip()
            break
    return f'<div class="arithmatex">\\[{text(inner)}\\]</div>'


def from_markdown(source: str) -> str:
    """Markdown as HTML."""
    from markdown import Markdown

    return Markdown(extensions=["fenced_code", "sane_lists", "tables"]).convert(source)


def is_figure(value: Any) -> bool:
    """Whether a value is a Matplotlib figure, which is drawn rather than printed."""
    return "matplotlib.figure" in sys.modules and isinstance(value, sys.modules["matplotlib.figure"].Figure)


def is_open(figure: Any) -> bool:
    """Whether a figure is among those that are drawn at a snippet's end."""
    helpers = sys.modules.get("matplotlib._pylab_helpers")
    return bool(helpers) and any(each.canvas.figure is figure for each in helpers.Gcf.figs.values())  # type: ignore[union-attr]
