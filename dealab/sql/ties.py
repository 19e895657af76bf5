"""FETCH FIRST n ROWS WITH TIES: DuckDB has no such clause, so the rows are ranked."""

from sqlglot import exp

from dealab.sql.types import quote


def wanted(node) -> bool:
    """Tell whether a query ends in FETCH ... WITH TIES."""
    limit = node.args.get("limit")
    options = limit.args.get("limit_options") if isinstance(limit, exp.Fetch) else None
    return bool(options is not None and options.args.get("with_ties"))


def ranked(head: str, body: str, names: list[str], keys, skipped: int, count: int) -> str:
    """Return the query that keeps ``count`` rows behind ``skipped`` ones, and the last one's ties.

    ``head`` is SELECT with the columns ``names``, ``body`` the rest; ``keys`` are pairs of an
    expression and its direction.
    """
    labels = [quote(f"lab key {at}") for at in range(len(keys))]
    hidden = "".join(f", {key} AS {label}" for (key, _), label in zip(keys, labels, strict=True))
    order = ", ".join(label + way for label, (_, way) in zip(labels, keys, strict=True))
    columns = ", ".join(quote(name) for name in names)
    return (
        f'SELECT {columns} FROM (SELECT *, row_number() OVER (ORDER BY {order}) AS "lab row", '
        f'rank() OVER (ORDER BY {order}) AS "lab rank" FROM ({head}{hidden} {body})) '
        f'WHERE "lab row" > {skipped} AND "lab rank" <= {skipped + count} ORDER BY "lab row"'
    )
