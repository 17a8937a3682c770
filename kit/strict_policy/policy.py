"""What a page may load and run, as its `<meta>` element says it; and what only a host's headers can say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

# No other site, no script or style in the page itself, no `eval`. Data addresses are for pictures alone.
DIRECTIVES = {
    "default-src": ["'self'"],
    "base-uri": ["'self'"],
    "form-action": ["'self'"],
    "img-src": ["'self'", "data:"],
    "object-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
}
# A browser heeds these only where the host sends them. Both policies hold: this one adds to that of the page.
HEADERS = {
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Content-Type-Options": "nosniff",
}


def policy(hashes: Iterable[str] = (), allow: Mapping[str, Iterable[str]] | None = None) -> str:
    """A content security policy.

    Args:
        hashes: Of the scripts that stand in the page, as `sha256-…`.
        allow: For some directives, sources that are allowed beside the site itself.

    Returns:
        The policy on one line.

    Example:
        ```python
        from strict_policy.policy import policy

        assert "connect-src 'self' https://example.org;" in policy(allow={"connect-src": ["https://example.org"]})
        assert policy(["sha256-abc="]).endswith("script-src 'self' 'sha256-abc='; style-src 'self'")
        ```
    """
    said = {name: list(sources) for name, sources in DIRECTIVES.items()}
    said["script-src"] += (f"'{each}'" for each in sorted(set(hashes)))
    for name, sources in (allow or {}).items():
        said.setdefault(name, list(said["default-src"])).extend(sources)
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in sorted(said.items()))


def meta(said: str) -> str:
    """The element that says a policy; it stands before all that the policy is about."""
    return f'<meta http-equiv="Content-Security-Policy" content="{escape(said).replace("&#x27;", "&#39;")}">'


def headers_file() -> str:
    """The headers as Netlify and Cloudflare Pages read them from a file `_headers` in the site."""
    return "/*\n" + "".join(f"  {name}: {value}\n" for name, value in HEADERS.items())
