"""Show a plot in a notebook so that everybody gets something from it.

A bare matplotlib output has no text for people who cannot see it, and black axes on a dark page.
``show`` puts the figure on a white card with alternative text and a sentence under it.
"""

import base64
import html
import io

_CARD = "background:#fff;border-radius:6px;padding:8px;max-width:100%;height:auto"


def as_html(figure, alt: str, caption: str = "") -> str:
    """Return the matplotlib ``figure`` as a self-contained HTML ``<figure>``.

    ``alt`` says what a reader would see; it is required and must not be empty (ValueError).
    ``caption`` is the sentence under the picture; without one, ``alt`` stands there.
    """
    if not alt.strip():
        raise ValueError("show() needs alt: one or two sentences that say what the picture shows")
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=110, bbox_inches="tight", facecolor="white")
    data = base64.b64encode(buffer.getvalue()).decode("ascii")
    return (
        f'<figure style="margin:0"><img style="{_CARD}" alt="{html.escape(alt, quote=True)}" '
        f'src="data:image/png;base64,{data}">'
        f"<figcaption>{html.escape(caption or alt)}</figcaption></figure>"
    )


def show(figure, alt: str, caption: str = "") -> None:
    """Display ``figure`` with its alternative text and caption, then close it."""
    import matplotlib.pyplot as plt
    from IPython.display import HTML, display

    display(HTML(as_html(figure, alt, caption)))
    plt.close(figure)
