"""How Athena's API writes results, and reads execution parameters.

https://docs.aws.amazon.com/athena/latest/APIReference/API_ColumnInfo.html (checked 2026-11-23)
"""

import datetime
import re
from decimal import Decimal

from dealab.sql.athena import outputs
from dealab.sql.athena.workgroups import invalid

#: what ColumnInfo says of a type: (precision, scale); a decimal has its own
PRECISION = {
    "boolean": (0, 0),
    "tinyint": (3, 0),
    "smallint": (5, 0),
    "integer": (10, 0),
    "bigint": (19, 0),
    "float": (17, 0),
    "double": (17, 0),
    "timestamp": (3, 0),
    "date": (0, 0),
}
_LITERALS = (
    (re.compile(r"[-+]?\d+"), int),
    (re.compile(r"[-+]?(\d+\.\d*|\.\d+)"), Decimal),
    (re.compile(r"[-+]?\d+(\.\d*)?[eE][-+]?\d+"), float),
    (re.compile(r"'(?:[^']|'')*'"), lambda text: text[1:-1].replace("''", "'")),
    (re.compile(r"(?i)true|false"), lambda text: text.lower() == "true"),
    (re.compile(r"(?i)null"), lambda text: None),
    (re.compile(r"(?i)date\s+'[^']*'"), lambda text: datetime.date.fromisoformat(_inner(text))),
    (
        re.compile(r"(?i)timestamp\s+'[^']*'"),
        lambda text: datetime.datetime.fromisoformat(_inner(text)),
    ),
)


def page(key: str, items: list, limit: int, NextToken: str | None = None, MaxResults: int = 0):
    """Return one page of a list; the token is the place where the next one starts."""
    if NextToken is not None and not (NextToken.isdigit() and int(NextToken) < len(items)):
        raise invalid("Invalid nextToken")
    start = int(NextToken or 0)
    end = start + min(MaxResults or limit, limit)
    answer = {key: items[start:end]}
    return answer | ({"NextToken": str(end)} if end < len(items) else {})


def folder(location: str | None) -> str | None:
    return location if not location or location.endswith("/") else location + "/"


def _inner(text: str) -> str:
    return text[text.index("'") + 1 : -1]


def literal(text: str):
    """Read one execution parameter: SQL text of a literal."""
    for pattern, read in _LITERALS:
        if pattern.fullmatch(text.strip()):
            try:
                return read(text.strip())
            except ValueError:
                break
    raise invalid(
        f"Execution parameter {text} is not a literal: text stands in single quotation marks"
    )


def columns(result) -> list[dict]:
    """Return ColumnInfo of a result."""
    made = []
    for name, shown in zip(result.columns, result.types, strict=True):
        kind = shown.partition("(")[0]
        precision, scale = PRECISION.get(kind, (2147483647, 0))
        if kind == "decimal":
            numbers = [int(n) for n in re.findall(r"\d+", shown)] or [38, 0]
            precision, scale = (*numbers, 0)[:2]
        made.append(
            {
                "CatalogName": "hive",
                "SchemaName": "",
                "TableName": "",
                "Name": name,
                "Label": name,
                "Type": kind,
                "Precision": precision,
                "Scale": scale,
                "Nullable": "UNKNOWN",
                "CaseSensitive": kind in ("varchar", "char", "string"),
            }
        )
    return made


def rows(result, statement_type: str) -> list[dict]:
    """Return the rows of a result: the names first for a query, none for what others print."""
    if statement_type != "DML":
        return [{"Data": [_datum(value) for value in row]} for row in result.rows]
    head = [{"Data": [{"VarCharValue": name} for name in result.columns]}] if result.columns else []
    kinds = result._kinds
    return head + [
        {
            "Data": [
                {} if value is None else {"VarCharValue": outputs.shown(value, kind)}
                for value, kind in zip(row, kinds, strict=True)
            ]
        }
        for row in result.rows
    ]


def _datum(value) -> dict:
    return {} if value is None else {"VarCharValue": str(value)}
