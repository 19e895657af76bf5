"""What the SQL layer costs: ``python benchmarks/sql.py``.

Import times are taken in processes of their own. Each query runs natively on DuckDB (the layer's
own translation, in a plain connection without profile) and through Athena, by turns; medians in
milliseconds. The ratio is what a learner waits in addition.
"""

import statistics
import subprocess
import sys
import time

ROUNDS = 25

QUERIES = {
    "tiny (SELECT 1)": "SELECT 1",
    "filter": """SELECT order_id, total_amount FROM orders
        WHERE order_month = '2026-05' AND status = 'returned'""",
    "scan and group": """SELECT channel, count(*) AS n, sum(total_amount) AS s
        FROM orders GROUP BY channel""",
    "join of three": """SELECT p.category, sum(l.quantity * l.unit_price) AS revenue
        FROM orders AS o JOIN order_lines AS l ON l.order_id = o.order_id
        JOIN products AS p ON p.product_id = l.product_id
        WHERE o.status <> 'cancelled' GROUP BY p.category""",
    "window": """SELECT session_id, count(*) AS n FROM (SELECT session_id, row_number() OVER
        (PARTITION BY session_id ORDER BY event_ts) AS k FROM clickstream)
        WHERE k > 1 GROUP BY session_id""",
    "CSV": "SELECT channel, count(*) FROM orders_raw GROUP BY channel",
}


def milliseconds(function) -> float:
    begin = time.perf_counter()
    function()
    return (time.perf_counter() - begin) * 1000


def imports() -> None:
    """Print the medians of ``import dealab.sql`` and of the first statement, in fresh processes."""
    code = (
        "import time; t=time.perf_counter(); import dealab.sql; a=time.perf_counter(); "
        "dealab.sql.Athena().run('SELECT 1'); b=time.perf_counter(); print(a-t, b-a)"
    )
    runs = []
    for _ in range(5):
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        runs.append([float(part) * 1000 for part in done.stdout.split()])
    first, second = (statistics.median(column) for column in zip(*runs, strict=True))
    print(f"import dealab.sql          {first:7.1f} ms")
    print(f"first statement after it   {second:7.1f} ms (imports sqlglot and DuckDB)")


def queries() -> None:
    """Print, for each query, native and layered medians and their difference."""
    import duckdb

    from dealab.sql import Athena

    athena = Athena()
    head = f"{'query':<18} {'native':>9} {'layer':>9} {'adds':>8} {'ratio':>6}"
    print(f"\n{head}   median of {ROUNDS}, ms")
    for name, sql in QUERIES.items():
        *views, query = athena.translate(sql)
        plain = duckdb.connect()
        plain.execute("SET TimeZone = 'UTC'; SET integer_division = true")
        plain.execute("SET parquet_metadata_cache = true; CREATE SCHEMA IF NOT EXISTS fernway")
        for view in views:
            plain.execute(view)
        session = athena._session(athena._plan(sql, ()))
        for statement in session.made.values():
            if statement.startswith("CREATE MACRO"):
                plain.execute(statement)
        athena.run(sql)
        plain.execute(query).fetchall()
        native, layer = [], []
        for _ in range(ROUNDS):  # by turns, so that a busy machine slows both
            native.append(milliseconds(lambda: plain.execute(query).fetchall()))  # noqa: B023
            layer.append(milliseconds(lambda: athena.run(sql)))  # noqa: B023
        one, two = statistics.median(native), statistics.median(layer)
        print(f"{name:<18} {one:9.2f} {two:9.2f} {two - one:8.2f} {two / one:6.2f}")


if __name__ == "__main__":
    imports()
    queries()
