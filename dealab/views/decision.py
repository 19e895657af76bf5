"""Why a request was allowed or denied: the policies in the order in which they were asked."""

import html
import textwrap

from dealab.views.picture import Picture

_COLORS = {"denies": "#f6c7c2", "allows": "#c9e7cf", "nothing applies": "#f3e3b8"}
_MARKS = {"denies": "✗", "allows": "✓", "nothing applies": "–", "no such policy": "·"}
_WIDTH, _ROW = 760, 44


def decision_table(decision):
    """One row per kind of policy, for ``aws.explain(...)`` or an error's ``decision``.

    Columns: policy, verdict, statement (that spoke), why (the other statements do not apply) and
    decided (True in the row that settled it).
    """
    import pandas

    from dealab.models.policy import explanation

    return pandas.DataFrame(explanation.rows(decision))


def decision(decision) -> Picture:
    """The policies in the order in which they are asked, with the one that decided framed.

    ``decision`` is what ``aws.explain(...)`` returns. Raises ValueError for None: nothing was
    decided.
    """
    from dealab.models.policy import explanation

    if decision is None:
        raise ValueError("there is no decision: run aws.explain(lambda: a call)")
    rows = explanation.rows(decision)
    request, word = decision.request, "ALLOWED" if decision.allowed else "DENIED"
    title = f"{request.action} on {request.resource}"
    parts = [_text(8, 20, textwrap.shorten(title, 100, placeholder=" …"), "bold")]
    for number, row in enumerate(rows):
        top = 34 + number * _ROW
        fill = _COLORS.get(row["verdict"], "#f4f4f4")
        edge = 'stroke="#111" stroke-width="3"' if row["decided"] else 'stroke="#999"'
        parts.append(
            f'<rect x="8" y="{top}" width="{_WIDTH - 16}" height="{_ROW - 8}" rx="5" '
            f'fill="{fill}" {edge}/>'
        )
        mark = _MARKS.get(row["verdict"], "→")
        parts.append(_text(20, top + 23, f"{mark}  {row['policy']}", "bold"))
        told = row["verdict"] + (f": {row['statement']}" if row["statement"] else "")
        told += "   ◀ decided" if row["decided"] else ""
        parts.append(_text(270, top + 23, textwrap.shorten(told, 68, placeholder=" …")))
    end = 34 + len(rows) * _ROW
    parts.append(_text(8, end + 16, f"{word} {decision.reason}", "bold"))
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {end + 30}" '
        f'font-family="sans-serif" font-size="13">{"".join(parts)}</svg>'
    )
    told = "; ".join(f"{row['policy']}: {row['verdict']}" for row in rows)
    return Picture(
        svg,
        f"{explanation.sentence(decision)} In order: {told}.",
        decision.message if not decision.allowed else explanation.sentence(decision),
    )


def _text(x: int, y: int, text: str, weight: str = "normal") -> str:
    return f'<text x="{x}" y="{y}" font-weight="{weight}">{html.escape(text)}</text>'
