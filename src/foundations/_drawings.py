"""What drawings of graphs and of trees share: the colour of what matters, and a name for those who cannot see them."""

import html

ACCENT = "var(--figure-0,#1f77b4)"  # the page's blue, or Matplotlib's where there is no style sheet of ours


def name_attributes(alt: str) -> str:
    """The attributes that name a drawing; without an alt, what it stands in has the name."""
    return f'role="img" aria-label="{html.escape(alt)}"' if alt else 'aria-hidden="true"'
