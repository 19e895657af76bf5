"""What the SQL layer costs: ``python benchmarks/sql.py [scale of TPC-H, default 0.05]``.

Imports are timed in processes of their own. Then each question runs on DuckDB, as plain SQL on a
connection with the layer's settings and the same files, and through Athena and Redshift, by turns;
medians in milliseconds. For Redshift's own wordings of TPC-H, sqlglot writes the plain SQL where it
can. ``adds`` is what a learner waits in addition, ``ratio`` how often the native time fits into the
layer's. Exact decimals, checked casts and blanks that do not count are part of what is added.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 15
TESTS = Path(__file__).resolve().parents[1] / "tests" / "sql"

#: over the course's datasets, in words that all three languages share
QUERIES = {
    "tiny": "SELECT 1",
    "filter": """SELECT order_id, total_amount FROM orders
        WHERE order_month = '2026-05' AND status = 'returned'""",
    "scan and group": """SELECT channel, count(*) AS n, sum(total_amount) AS s
        FROM orders GROUP BY channel""",
    "join of three": """SELECT p.category, sum(l.quantity * l.unit_price) AS revenue
        FROM orders AS o JOIN order_lines AS l ON l.order_id = o.order_id
        JOIN products AS p ON p.product_id = l.product_id
        WHERE o.status <> 'cancelled' GROUP BY p.category""",
    "window": """SELECT session_id, count(*) AS n FROM (SELECT session_id, row_number() OVER
        (PARTITION BY session_id ORDER BY event_ts) AS k FROM clickstream) AS c
        WHERE k > 1 GROUP BY session_id""",
    "CSV": "SELECT channel, count(*) FROM orders_raw GROUP BY channel",
}
#: Athena's words -> DuckDB's, for TPC-H
NATIVE = (
    ("date_add('month', 3, DATE '1993-07-01')", "DATE '1993-07-01' + INTERVAL 3 MONTH"),
    ("date('1995-03-15')", "DATE '1995-03-15'"),
    ("FETCH FIRST 10 ROWS ONLY", "LIMIT 10"),
    ("regexp_like", "regexp_matches"),
)


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


def native(engine, sql: str):
    """Return a plain connection with the layer's settings and views of the tables in ``sql``."""
    from dealab.sql import types
    from dealab.sql.duck import Duck, instance

    plan = engine.plan(sql)
    own = engine.duck(plan).connection
    threads = own.execute("SELECT current_setting('threads')").fetchone()[0]
    duck = Duck(engine, instance(engine.lake, engine.settings, threads))
    views = [
        f"CREATE OR REPLACE TEMP VIEW {types.quote(table.name)} AS\n{duck.reader(table)}"
        for table in plan.tables.values()
    ]
    duck.prepare(views, "")
    duck.connection.execute("PRAGMA disable_profiling")
    return duck.connection


def measure(athena, redshift, plain, for_athena: str, for_redshift: str) -> list[float]:
    """Return the medians of plain DuckDB and Athena, then of plain DuckDB and Redshift.

    ``plain`` are DuckDB's words for the two texts; all four are measured by turns.
    """
    beside_athena = native(athena, for_athena)
    beside_redshift = native(redshift, for_redshift)
    runners = (
        lambda: beside_athena.execute(plain[0]).fetchall(),
        lambda: athena.run(for_athena).rows,
        lambda: beside_redshift.execute(plain[1]).fetchall(),
        lambda: redshift.run(for_redshift).rows,
    )
    counts = {len(run()) for run in runners}  # the first run pays for views and footers
    assert len(counts) == 1, (plain, counts)
    times = [[] for _ in runners]
    for _ in range(ROUNDS):  # by turns, so that a busy machine slows all
        for run, taken in zip(runners, times, strict=True):
            taken.append(milliseconds(run))
    return [statistics.median(taken) for taken in times]


def own_work(engine, sql: str) -> float:
    """Return the median of what a run takes beside DuckDB's running of the query."""
    from dealab.sql.duck import Duck

    inside = [0.0]
    execute = Duck.execute

    def timed(duck, statement):
        begin = time.perf_counter()
        try:
            return execute(duck, statement)
        finally:
            inside[0] += (time.perf_counter() - begin) * 1000

    Duck.execute = timed
    taken = []
    try:
        for _ in range(ROUNDS):
            inside[0] = 0.0
            whole = milliseconds(lambda: engine.run(sql))
            taken.append(whole - inside[0])
    finally:
        Duck.execute = execute
    return statistics.median(taken)


def line(name: str, *found: float) -> str:
    parts = [
        f"{bare:9.2f} {layer:9.2f} {layer - bare:8.2f} {layer / bare:6.2f}"
        for bare, layer in (found[:2], found[2:])
    ]
    return f"{name:<16} {'   '.join(parts)}"


def head(name: str) -> None:
    print(
        f"\n{name:<16} {'native':>9} {'Athena':>9} {'adds':>8} {'ratio':>6}   {'native':>9} "
        f"{'Redshift':>9} {'adds':>8} {'ratio':>6}   median of {ROUNDS}, ms"
    )


def course() -> None:
    from dealab.sql import Athena, Redshift

    athena, redshift = Athena(), Redshift()
    head("the course's data")
    for name, sql in QUERIES.items():
        print(line(name, *measure(athena, redshift, (sql, sql), sql, sql)), flush=True)


def tpch(scale: float) -> None:
    """Run TPC-H's 22 questions on generated data; print each, and their sums."""
    sys.path.insert(0, str(TESTS))
    import duckdb
    import sqlglot
    from tpch import athena_queries, data, redshift_queries

    from dealab.sql import Athena, Redshift

    with tempfile.TemporaryDirectory() as folder:
        lake = data.write(data.generate(scale), Path(folder))
        athena = Athena(datasets=lake, database="tpch")
        redshift = Redshift(datasets=lake, database="tpch")
        head(f"TPC-H at {scale:g}")
        sums = [0.0] * 4
        work: dict[str, list[float]] = {"athena": [], "redshift": []}
        for number, (sql, _) in athena_queries.QUERIES.items():
            fraction = f"{0.0001 / scale:.10f}"
            texts = [sql, redshift_queries.QUERIES[number][0]]
            texts = [text.replace("FRACTION", fraction) for text in texts]
            plain = texts[0]
            for foreign, own in NATIVE:
                plain = plain.replace(foreign, own)
            other = sqlglot.transpile(texts[1], read="redshift", write="duckdb")[0]
            try:
                native(redshift, texts[1]).execute(other).fetchall()
            except duckdb.Error:
                other = plain
            found = measure(athena, redshift, (plain, other), *texts)
            for engine, text in zip((athena, redshift), texts, strict=True):
                work[engine.service].append(own_work(engine, text))
            sums = [total + part for total, part in zip(sums, found, strict=True)]
            print(line(f"question {number}", *found), flush=True)
        print(line("all 22", *sums))
        for service, taken in work.items():
            print(
                f"{service.capitalize()}'s own work a query, all but DuckDB running it: "
                f"mean {statistics.mean(taken):.1f} ms, at most {max(taken):.1f} ms"
            )


if __name__ == "__main__":
    imports()
    course()
    tpch(float(sys.argv[1]) if len(sys.argv) > 1 else 0.05)
