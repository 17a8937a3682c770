"""Waiting in a page whose policy allows no `eval`, which Playwright's own `wait_for_function` needs."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Error, Page, TimeoutError

# What is evaluated from outside may still use it, until it first waits.
WAIT = """async ([code, given, patience]) => {
    const check = eval(`(given) => { const found = (${code}); return typeof found === "function" ? found(given) : found; }`);
    const end = performance.now() + patience;
    while (!(await check(given))) {
        if (performance.now() > end) return false;
        await new Promise(requestAnimationFrame);
    }
    return true;
}"""
LEFT = ("Execution context was destroyed", "because of a navigation")


def wait_for_function(page: Page, expression: str, *, arg: Any = None, timeout: float = 60_000) -> None:
    """Wait until an expression, or a function of `arg`, gives something true; also across a change of the page."""
    while True:
        try:
            met = page.evaluate(WAIT, [expression.strip().removesuffix(";"), arg, timeout])
        except Error as error:
            if any(said in error.message for said in LEFT):
                continue
            raise
        if not met:
            raise TimeoutError(f"this never came: {expression} with {arg!r}")
        return
