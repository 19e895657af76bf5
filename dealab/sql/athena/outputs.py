"""The files that Athena leaves in the workgroup's result location.

A query's rows go to ``<query id>.csv``: a header, every value in quotation marks, nothing for NULL.
What utilities print goes to ``<query id>.txt``. Statements that write rows leave a manifest.
https://docs.aws.amazon.com/athena/latest/ug/querying-finding-output-files.html
"""

import datetime

from dealab.sql import types
from dealab.sql.reading import leading_words
from dealab.sql.render import cell

MOST_CELLS = 500_000  # of a result that the lab keeps as a file
_UTILITIES = ("SHOW", "DESCRIBE", "DESC", "EXPLAIN")
_QUERIES = ("SELECT", "WITH", "VALUES", "TABLE", "(", "EXECUTE", "USING")
_WRITES = ("INSERT", "UNLOAD", "DELETE", "UPDATE", "MERGE", "OPTIMIZE")


def kind_of(sql: str) -> str:
    """Return GetQueryExecution's StatementType: DDL, DML (CTAS among it) or UTILITY."""
    words = leading_words(sql, 2)
    first = words[0] if words else ""
    if first in _UTILITIES:
        return "UTILITY"
    if first in (*_QUERIES, *_WRITES):
        return "DML"
    if words == ["CREATE", "TABLE"]:
        return "DML"  # a plain CREATE TABLE (Iceberg's) is told apart once it has run
    return "DDL"


def store(engine, execution, result) -> None:
    """Write a query's result to the workgroup's result location."""
    from dealab.sql.athena import workgroups

    home = workgroups.output_location(engine.group)
    if execution.statement_type == "DML" and result.update_count is None and not result.columns:
        execution.statement_type = "DDL"
    written = execution.statement_type == "DML" and not result.columns
    ending = "csv" if execution.statement_type == "DML" else "txt"
    execution.output = f"{home}{execution.id}.{ending}"
    if written:
        execution.output = f"{home}{execution.id}"
        return
    if len(result.rows) * max(1, len(result.columns)) > MOST_CELLS:
        result.notes.append(
            f"The lab keeps no CSV of a result with more than {MOST_CELLS:,} values."
        )
        return
    engine.lake.put(execution.output, csv(result) if ending == "csv" else lines(result))


def tail(engine, sql: str, problem) -> str:
    """Return what Athena adds to the errors of its Hive connector when a write fails.

    Seen on the service: https://dev.classmethod.jp/articles/
    what-to-do-when-insert-into-results-in-a-hiveunsupportedformat-error-in-amazon-athena
    """
    from dealab.sql.athena import workgroups

    words = leading_words(sql, 2)
    if not problem.code.startswith("HIVE_") or "not delete data" in problem.message:
        return ""
    if words == ["CREATE", "TABLE"]:
        return (
            f"You may need to manually clean the data at location "
            f"'{engine.default_location().rstrip('/')}' "
            "before retrying. Athena will not delete data in your account."
        )
    if words == ["INSERT", "INTO"]:
        home = workgroups.output_location(engine.group)
        return (
            f"If a data manifest file was generated at '{home}{engine.query_id()}-manifest.csv', "
            "you may need to manually clean the data from locations specified in the manifest. "
            "Athena will not delete data in your account."
        )
    return ""


def csv(result) -> str:
    """Return the rows as Athena's CSV."""
    head = ",".join(_quoted(name) for name in result.columns)
    if not result.rows:
        return head + "\n"
    columns = zip(*result.rows, strict=True)
    cells = [_cells(values, kind) for values, kind in zip(columns, result._kinds, strict=True)]
    return "\n".join([head, *map(",".join, zip(*cells, strict=True))]) + "\n"


def _cells(values, kind) -> list[str]:
    """Return a column's cells. Whole columns at a time: each query waits for its file."""
    if kind.name in types.INTEGERS:
        return ["" if value is None else f'"{value}"' for value in values]
    if kind.name in types.STRINGS:
        return ["" if value is None else _quoted(value) for value in values]
    return ["" if value is None else _quoted(shown(value, kind)) for value in values]


def lines(result) -> str:
    """Return what a utility prints: no header, columns apart by tabs."""
    return "".join(
        "\t".join("" if value is None else str(value) for value in row) + "\n"
        for row in result.rows
    )


def _quoted(value: str) -> str:
    return '"' + value.replace('"', '""') + '"'


def shown(value, kind) -> str:
    """Return a value's text in Athena's CSV."""
    if isinstance(value, datetime.datetime) and kind.name == "timestamp":
        return value.strftime("%Y-%m-%d %H:%M:%S.") + f"{value.microsecond // 1000:03d}"
    if isinstance(value, datetime.datetime) and kind.name == "timestamptz":
        head = value.strftime("%Y-%m-%d %H:%M:%S.") + f"{value.microsecond // 1000:03d}"
        return f"{head} {kind.args[1]}"
    return cell(value)
