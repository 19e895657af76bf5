"""A drawing for a notebook, with the sentence that says what it shows."""

import html
from dataclasses import dataclass


@dataclass(frozen=True)
class Picture:
    """An SVG drawing. ``alt`` is what somebody who cannot see it reads; it must not be empty.

    ``caption`` stands under the drawing; without one, ``alt`` does. Raises ValueError without alt.
    """

    svg: str
    alt: str
    caption: str = ""

    def __post_init__(self):
        if not self.alt.strip():
            raise ValueError("a picture needs alt: a sentence that says what it shows")

    def _repr_mimebundle_(self, include=None, exclude=None):
        card = "background:#fff;border-radius:6px;padding:8px;overflow-x:auto"
        label = html.escape(self.alt, quote=True)
        return {
            "text/plain": self.alt,
            "text/html": (
                f'<figure style="margin:0"><div role="img" aria-label="{label}" style="{card}">'
                f"{self.svg}</div><figcaption>{html.escape(self.caption or self.alt)}</figcaption>"
                "</figure>"
            ),
        }
