"""A Result for the eye: an HTML table in the notebook, plain text elsewhere, a DataFrame."""

import html as escape

from dealab.sql import bill

SHOWN_ROWS = 20
SHOWN_OF_NAMED = 5  # a long result that went into a DataFrame is looked at there
SHOWN_CHARACTERS = 120

_STYLE = """<style>
.dealab-sql { color: var(--jp-content-font-color1, inherit);
  font-size: var(--jp-content-font-size0, 0.9em); }
.dealab-sql table { border-collapse: collapse; margin: 0.3em 0; display: block; overflow-x: auto; }
div.dealab-sql table th, div.dealab-sql table td { padding: 0.2em 0.7em;
  text-align: left !important; vertical-align: top;
  border-bottom: 1px solid var(--jp-border-color2, #c8c8c8); white-space: pre-wrap; }
.dealab-sql th span { font-weight: normal;
  color: var(--jp-content-font-color2, #595959); }
div.dealab-sql table .number { text-align: right !important; font-variant-numeric: tabular-nums; }
.dealab-sql .null { color: var(--jp-content-font-color2, #595959); font-style: italic; }
.dealab-sql pre { margin: 0.3em 0; white-space: pre; overflow-x: auto;
  font-family: var(--jp-code-font-family, monospace); }
.dealab-sql p { margin: 0.2em 0; }
</style>"""

_NUMBERS = ("tinyint", "smallint", "integer", "bigint", "real", "double", "decimal")


#: columns that hold a text line by line: shown whole, as it is
_WHOLE_TEXTS = frozenset(
    [
        *("createtab_stmt", "Create View", "Query Plan", "QUERY PLAN"),
        *("Show Table DDL statement", "Show View DDL statement", "Stored Procedure Definition"),
    ]
)


def is_text(result) -> bool:
    """Tell whether a result is one text (a plan, a statement), not a table."""
    return len(result.columns) == 1 and result.columns[0] in _WHOLE_TEXTS


def cell(value) -> str:
    """Return the text of one value; NULL is the caller's business."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, (bytes, bytearray)):
        return value.hex(" ")
    if isinstance(value, dict):
        return "{" + ", ".join(f"{cell(k)}={inner(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(inner(part) for part in value) + "]"
    return str(value)


def inner(value) -> str:
    return "null" if value is None else cell(value)


def size(count: int) -> str:
    """Return bytes in the unit that reads best, as Athena's console does (1 KB = 1,024 bytes)."""
    amount = float(count)
    for unit in ("bytes", "KB", "MB", "GB"):
        if amount < 1024 or unit == "GB":
            return f"{count:,} bytes" if unit == "bytes" else f"{amount:,.2f} {unit}"
        amount /= 1024
    return ""


def dollars(amount: float) -> str:
    return (
        "$0"
        if amount == 0
        else f"${amount:.6f}".rstrip("0")
        if amount < 0.01
        else f"${amount:,.2f}"
    )


def summary(result) -> str:
    """Return the one line under the table: rows, bytes scanned, bytes billed, cost."""
    count = len(result.rows)
    if is_text(result) and result.billed_bytes == 0:
        return "no data scanned, nothing billed"
    parts = [f"{count:,} row" + ("" if count == 1 else "s")]
    if not result.columns:
        parts = [result.message or "Query successful."]
        if result.update_count is not None and not result.message:
            count = result.update_count
            parts = [f"{count:,} row" + ("" if count == 1 else "s") + " written"]
    if result.reused:
        parts.append("the stored result was reused, nothing scanned, nothing billed")
        return " · ".join(parts)
    if result.billed_bytes == 0:
        if not result.columns:
            return parts[0]
        parts.append("no data scanned, nothing billed")
        return " · ".join(parts)
    parts.append(f"{size(result.bytes_scanned)} scanned")
    minimum = bill.prices()[result.service]["minimum_mb"] * bill.MB
    note = " (the minimum)" if result.billed_bytes == minimum else ""
    parts.append(f"{result.billed_bytes // bill.MB:,} MB billed{note}")
    whose = "" if result.service == "athena" else " if Spectrum read these tables"
    parts.append(f"{dollars(result.cost_usd)} in {result.region}{whose}")
    return " · ".join(parts)


def footer(result) -> list[str]:
    """Return the lines under the table: the summary, the declared scale, notices and remarks."""
    scale = result.bill.scale_text() if result.bill is not None else ""
    return [summary(result), *([scale] if scale else []), *result.notes]


def _is_number(kind) -> bool:
    return kind is not None and kind.name in _NUMBERS


def rows_to_show(result) -> int:
    """Return how many rows to print: few of a long result that a DataFrame holds."""
    long = len(result.rows) > SHOWN_ROWS
    return SHOWN_OF_NAMED if result.stored_as and long else SHOWN_ROWS


def html(result) -> str:
    """Return the table as HTML: types in the header, NULL told from an empty text."""
    under = "".join(f"<p>{escape.escape(line)}</p>" for line in footer(result))
    if is_text(result):
        whole = "\n".join(str(row[0]) for row in result.rows)
        return f'{_STYLE}<div class="dealab-sql"><pre>{escape.escape(whole)}</pre>{under}</div>'
    shown_rows = rows_to_show(result)
    kinds = result._kinds or [None] * len(result.columns)
    head = "".join(
        f'<th scope="col"{_class(kind)}>{escape.escape(column)}'
        f"<br><span>{escape.escape(label)}</span></th>"
        for column, label, kind in zip(result.columns, result.types, kinds, strict=True)
    )
    body = []
    for row in result.rows[:shown_rows]:
        cells = []
        for value, kind in zip(row, kinds, strict=True):
            if value is None:
                cells.append('<td class="null">NULL</td>')
                continue
            shown = cell(value)
            cut = shown[:SHOWN_CHARACTERS] + ("…" if len(shown) > SHOWN_CHARACTERS else "")
            cells.append(f"<td{_class(kind)}>{escape.escape(cut)}</td>")
        body.append(f"<tr>{''.join(cells)}</tr>")
    more = ""
    if len(result.rows) > shown_rows:
        name = result.stored_as
        where = f" All are in the DataFrame {escape.escape(name)}." if name else ""
        more = f"<p>The first {shown_rows} of {len(result.rows):,} rows.{where}</p>"
    if not result.columns:
        return f'{_STYLE}<div class="dealab-sql">{under}</div>'
    return (
        f'{_STYLE}<div class="dealab-sql"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(body)}</tbody></table>{more}{under}</div>"
    )


def _class(kind) -> str:
    return ' class="number"' if _is_number(kind) else ""


def plain(result) -> str:
    """Return the table as text."""
    if not result.columns:
        return "\n".join(footer(result))
    if is_text(result):
        return "\n".join([*(str(row[0]) for row in result.rows), *footer(result)])
    shown_rows = rows_to_show(result)
    rows = [
        ["NULL" if value is None else cell(value)[:SHOWN_CHARACTERS] for value in row]
        for row in result.rows[:shown_rows]
    ]
    widths = [
        max([len(column), len(label), *(len(row[at]) for row in rows)])
        for at, (column, label) in enumerate(zip(result.columns, result.types, strict=True))
    ]
    kinds = result._kinds or [None] * len(result.columns)

    def line(cells):
        return "  ".join(
            text.rjust(width) if _is_number(kind) else text.ljust(width)
            for text, width, kind in zip(cells, widths, kinds, strict=True)
        ).rstrip()

    lines = [line(result.columns), line(result.types), "  ".join("-" * width for width in widths)]
    lines += [line(row) for row in rows]
    if len(result.rows) > shown_rows:
        lines.append(f"(the first {shown_rows} of {len(result.rows):,} rows)")
    return "\n".join([*lines, *footer(result)])


def to_frame(result):
    """Return a DataFrame: whole numbers as int64 (Int64 where NULL occurs), decimals as float64."""
    import pandas as pd

    kinds = result._kinds or [None] * len(result.columns)
    columns = list(zip(*result.rows, strict=True)) if result.rows else [()] * len(result.columns)
    series = [_series(pd, values, kind) for values, kind in zip(columns, kinds, strict=True)]
    frame = pd.concat(series, axis=1) if series else pd.DataFrame()
    frame.columns = result.columns
    return frame


def _series(pd, values, kind):
    name = kind.name if kind is not None else "varchar"
    missing = any(value is None for value in values)
    if name in ("tinyint", "smallint", "integer", "bigint"):
        return pd.Series(values, dtype="Int64" if missing else "int64")
    if name in ("real", "double"):
        return pd.Series(values, dtype="float64")
    if name == "decimal":
        return pd.Series([None if v is None else float(v) for v in values], dtype="float64")
    if name == "boolean":
        return pd.Series(values, dtype="boolean" if missing else "bool")
    if name == "timestamp":
        return pd.Series(values, dtype="datetime64[us]")
    if name == "timestamptz":
        return pd.to_datetime(pd.Series(values, dtype="object"), utc=True)
    return pd.Series(values, dtype="object")


__all__ = ["html", "plain", "summary", "to_frame"]
