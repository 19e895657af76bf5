"""SQL that Athena, Redshift and plain DuckDB read alike: typed expressions and whole queries.

What the three languages mean differently (division, AVG of whole numbers, the place of NULL, blanks
at the end of text, scales) is left out here; test_sql_properties.py has properties of their own
for it.
"""

import datetime as dt
import json
import random
from decimal import Decimal
from pathlib import Path

from hypothesis import strategies as st

COLUMNS = (
    "id bigint; i int; j bigint; d decimal(10,2); e decimal(12,4); f double; s string; u string; "
    "day date; other date; b boolean"
)
WORDS = ("", "a", "A", "ab", "abc", "b", "B", "zeta", "Zeta", "x%y", "x_y", "ÄÖ", "007", "a.b")


def write(folder: Path) -> Path:
    """Write a lake with the tables t and r (seeded, NULLs in every column but id)."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    dice = random.Random(3)
    kinds = {
        "id": pa.int64(), "i": pa.int32(), "j": pa.int64(), "d": pa.decimal128(10, 2),
        "e": pa.decimal128(12, 4), "f": pa.float64(), "s": pa.string(), "u": pa.string(),
        "day": pa.date32(), "other": pa.date32(), "b": pa.bool_(),
    }  # fmt: skip
    draws = {
        "i": lambda: dice.randint(-20, 20),
        "j": lambda: dice.choice((0, 1, -1, 7, 1000, -99, dice.randint(-(10**6), 10**6))),
        "d": lambda: Decimal(dice.randint(-5000, 5000)).scaleb(-2),
        "e": lambda: Decimal(dice.randint(-50000, 50000)).scaleb(-4),
        "f": lambda: dice.choice((0.0, 0.5, -1.25, 3.0, 1e3, dice.randint(-64, 64) / 8)),
        "s": lambda: dice.choice(WORDS),
        "u": lambda: dice.choice(WORDS),
        "day": lambda: dt.date(2023, 12, 1) + dt.timedelta(dice.randint(0, 120)),
        "other": lambda: dt.date(2023, 12, 1) + dt.timedelta(dice.randint(0, 120)),
        "b": lambda: dice.random() < 0.5,
    }
    entries = []
    for name, count in (("t", 60), ("r", 25)):
        table = {"id": list(range(count))}
        for column, draw in draws.items():
            table[column] = [None if dice.random() < 0.15 else draw() for _ in range(count)]
        path = folder / "bucket" / name
        path.mkdir(parents=True)
        pq.write_table(
            pa.table({column: pa.array(table[column], kinds[column]) for column in kinds}),
            path / "a.parquet",
        )
        entries.append(
            {
                "DatabaseName": "fernway",
                "Name": name,
                "TableType": "EXTERNAL_TABLE",
                "PartitionKeys": [],
                "Parameters": {},
                "StorageDescriptor": {
                    "Columns": [
                        dict(zip(("Name", "Type"), part.split(" "), strict=True))
                        for part in COLUMNS.split("; ")
                    ],
                    "Location": f"s3://bucket/{name}/",
                    "SerdeInfo": {
                        "SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde."
                        "ParquetHiveSerDe",
                        "Parameters": {},
                    },
                },
            }
        )
    catalog = {"Databases": [{"Name": "fernway"}], "Tables": entries, "Partitions": {}}
    (folder / "catalog.json").write_text(json.dumps(catalog), encoding="utf-8")
    return folder


# --- expressions ------------------------------------------------------------------------------


def quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


COMPARE = st.sampled_from(["=", "<>", "<", "<=", ">", ">="])
SMALL = st.integers(-9, 30).map(str)
DIGITS = st.integers(0, 999).map(lambda n: f"{n // 100}.{n % 100:02}")
DATES = st.dates(dt.date(2023, 11, 25), dt.date(2024, 4, 5)).map(lambda day: f"DATE '{day}'")
TEXTS = st.sampled_from([quoted(word) for word in WORDS if word])
PATTERNS = st.sampled_from(["'%a%'", "'a_'", "'%'", "'_b%'", "'x\\%y'", "'Z%a'", "'%.b'"])


class Grammar:
    """Strategies for expressions over the columns of one relation, as deep as ``depth``."""

    def __init__(self, prefix: str = "", depth: int = 2):
        column = lambda *names: st.sampled_from([prefix + name for name in names])  # noqa: E731
        self.whole = st.one_of(column("i", "j"), SMALL)
        self.decimal = st.one_of(column("d", "e"), column("d"), DIGITS)
        self.double = st.one_of(column("f"), st.sampled_from(["0.5e0", "1e2", "-2.5e-1"]))
        self.text = st.one_of(column("s", "u"), TEXTS)
        self.date = st.one_of(column("day", "other"), DATES)
        self.flag = st.one_of(column("b"), st.sampled_from(["true", "false"]))
        for _ in range(depth):
            self._deepen()

    def _deepen(self) -> None:
        whole, decimal, double = self.whole, self.decimal, self.double
        text, date, flag = self.text, self.date, self.flag
        build = st.builds

        def shared(kind):
            """What works with every type."""
            return st.one_of(
                build("CASE WHEN {} THEN {} ELSE {} END".format, flag, kind, kind),
                build("CASE WHEN {} THEN {} END".format, flag, kind),
                build("coalesce({}, {})".format, kind, kind),
                build("nullif({}, {})".format, kind, kind),
            )

        def tests(kind):
            return st.one_of(
                build("({} {} {})".format, kind, COMPARE, kind),
                build("({} BETWEEN {} AND {})".format, kind, kind, kind),
                build("({} IN ({}, {}))".format, kind, kind, kind),
                build("({} NOT IN ({}, {}, {}))".format, kind, kind, kind, kind),
                build("({} IS NULL)".format, kind),
                build("({} IS NOT NULL)".format, kind),
            )

        self.whole = st.one_of(
            whole,
            shared(whole),
            build("({} {} {})".format, whole, st.sampled_from("+-"), whole),
            build("({} * {})".format, SMALL, whole),
            build("abs({})".format, whole),
            build("(-{})".format, build("({})".format, whole)),
            build("mod({}, {})".format, whole, st.integers(2, 9)),
            build("length({})".format, text),
            build("CASE {} WHEN {} THEN 1 WHEN {} THEN 2 ELSE 0 END".format, text, text, text),
        )
        self.decimal = st.one_of(
            decimal,
            shared(decimal),
            build("({} {} {})".format, decimal, st.sampled_from("+-"), decimal),
            build("({} * {})".format, DIGITS, decimal),
            build("abs({})".format, decimal),
        )
        self.double = st.one_of(
            double,
            shared(double),
            build("({} {} {})".format, double, st.sampled_from("+-*"), double),
            build("abs({})".format, double),
            build("floor({})".format, double),
            build("(0e0 + {})".format, whole),
            build("(0e0 + {})".format, decimal),
        )
        self.text = st.one_of(
            text,
            shared(text),
            build("({} || {})".format, text, text),
            build("upper({})".format, text),
            build("lower({})".format, text),
            build("replace({}, 'a', {})".format, text, TEXTS),
            build("substring({}, {}, {})".format, text, st.integers(1, 4), st.integers(0, 3)),
            build("trim({})".format, text),
        )
        self.date = st.one_of(date, shared(date))
        self.flag = st.one_of(
            flag,
            tests(whole),
            tests(decimal),
            tests(double),
            tests(text),
            tests(date),
            build("({} {} {})".format, whole, COMPARE, decimal),
            build("({} {} {})".format, decimal, COMPARE, double),
            build("({} LIKE {})".format, text, PATTERNS).filter(lambda x: "\\" not in x),
            build("({} NOT LIKE {})".format, text, PATTERNS).filter(lambda x: "\\" not in x),
            build("({} LIKE {} ESCAPE '!')".format, text, st.sampled_from(["'x!%y'", "'%!_%'"])),
            build("({} NOT LIKE {} ESCAPE '!')".format, text, st.sampled_from(["'x!_y'", "'!%%'"])),
            build("({} AND {})".format, flag, flag),
            build("({} OR {})".format, flag, flag),
            build("(NOT {})".format, flag),
            build("(extract(month FROM {}) = {})".format, date, st.integers(1, 12)),
        )

    @property
    def any(self):
        return st.one_of(self.whole, self.decimal, self.double, self.text, self.date, self.flag)


# --- queries ----------------------------------------------------------------------------------

ONE = Grammar()
KEYS = st.lists(
    st.sampled_from(["i", "s", "b", "day", "upper(u)", "mod(j, 3)", "i IS NULL", "d"]),
    min_size=1, max_size=2, unique=True,
)  # fmt: skip
AGGREGATES = st.one_of(
    st.just("count(*)"),
    st.builds("count({})".format, ONE.any),
    st.builds("count(DISTINCT {})".format, st.one_of(ONE.whole, ONE.text, ONE.date)),
    st.builds(
        "{}({})".format,
        st.sampled_from(["min", "max"]),
        st.one_of(ONE.whole, ONE.decimal, ONE.double, ONE.text, ONE.date),
    ),
    st.builds("sum({})".format, st.one_of(ONE.whole, ONE.decimal)),
    st.builds("sum(DISTINCT {})".format, ONE.whole),
    st.builds("sum(CASE WHEN {} THEN 1 ELSE 0 END)".format, ONE.flag),
)


def selects(max_items: int = 4):
    """SELECT of expressions, filtered, in the order of the key."""
    return st.builds(
        lambda items, test: f"SELECT id, {', '.join(items)} FROM t WHERE {test} ORDER BY id",
        st.lists(ONE.any, min_size=1, max_size=max_items),
        ONE.flag,
    )


def groups():
    return st.builds(
        lambda keys, items, test, least: (
            f"SELECT {', '.join([*keys, *items])} FROM t WHERE {test} OR i > 3 "
            f"GROUP BY {', '.join(keys)} HAVING count(*) >= {least}"
        ),
        KEYS,
        st.lists(AGGREGATES, min_size=1, max_size=3),
        ONE.flag,
        st.integers(0, 2),
    )


LEFT, RIGHT = Grammar("t.", 1), Grammar("r.", 1)


def joins():
    return st.builds(
        lambda kind, on, extra, one, two, test: (
            f"SELECT t.id, r.id, {one}, {two} FROM t {kind} JOIN r "
            f"ON {on} {extra} WHERE t.id < 30 OR {test}"
        ),
        st.sampled_from(["INNER", "LEFT", "RIGHT", "FULL", "LEFT OUTER", ""]),
        st.sampled_from(["t.i = r.i", "t.s = r.u", "t.day = r.day", "t.id = r.id", "t.d > r.d"]),
        st.sampled_from(["", "AND t.b = r.b", "AND t.i <= 5", "AND r.s <> ''"]),
        LEFT.any,
        RIGHT.any,
        RIGHT.flag,
    ).filter(lambda sql: "FULL" not in sql or "t.d > r.d" not in sql)


def sets():
    kind = st.sampled_from(["whole", "decimal", "text", "date"])

    def build(kinds, data):
        halves = []
        for table in ("t", "r", "t"):
            items = ", ".join(data.draw(getattr(ONE, name)) for name in kinds)
            halves.append(f"SELECT {items} FROM {table} WHERE {data.draw(ONE.flag)}")
        words = st.sampled_from(["UNION", "UNION ALL", "INTERSECT", "EXCEPT"])
        return f"{halves[0]} {data.draw(words)} {halves[1]} {data.draw(words)} {halves[2]}"

    return st.builds(build, st.lists(kind, min_size=1, max_size=2), st.data())


FRAMES = st.sampled_from(
    [
        "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW",
        "ROWS BETWEEN 2 PRECEDING AND 1 FOLLOWING",
        "ROWS UNBOUNDED PRECEDING",
        "ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING",
        "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING",
    ]
)
PARTITIONS = st.sampled_from(
    ["", "PARTITION BY b ", "PARTITION BY s, b ", "PARTITION BY mod(i, 4) "]
)
ORDERS = st.sampled_from(["id", "id DESC", "i NULLS FIRST, id", "d DESC NULLS LAST, id DESC"])


def windows():
    """Window functions. Redshift wants a frame where an aggregate has an order."""
    framed = st.one_of(
        st.builds("{}({})".format, st.sampled_from(["sum", "min", "max", "count"]), ONE.whole),
        st.builds("sum({})".format, ONE.decimal),
        st.builds("{}({})".format, st.sampled_from(["first_value", "last_value"]), ONE.text),
    )
    bare = st.one_of(
        st.sampled_from(["row_number()", "rank()", "dense_rank()", "ntile(4)"]),
        st.builds("{}({})".format, st.sampled_from(["lag", "lead"]), ONE.whole),
        st.builds(
            "{}({}, {})".format, st.sampled_from(["lag", "lead"]), ONE.text, st.integers(1, 3)
        ),
    )
    item = st.one_of(
        st.builds("{} OVER ({}ORDER BY {} {})".format, framed, PARTITIONS, ORDERS, FRAMES),
        st.builds("{} OVER ({}ORDER BY {})".format, bare, PARTITIONS, ORDERS),
        st.builds("{} OVER ({})".format, st.sampled_from(["sum(i)", "count(*)"]), PARTITIONS),
    )
    return st.builds(
        lambda items, test: f"SELECT id, {', '.join(items)} FROM t WHERE {test} ORDER BY id",
        st.lists(item, min_size=1, max_size=2),
        ONE.flag,
    )


def ordered():
    """ORDER BY with the place of NULL written out, and LIMIT."""
    key = st.builds(
        "{} {} NULLS {}".format,
        st.one_of(ONE.whole, ONE.decimal, ONE.text, ONE.date),
        st.sampled_from(["ASC", "DESC"]),
        st.sampled_from(["FIRST", "LAST"]),
    ).filter(lambda text: "i" in text or "j" in text or "d" in text or "s" in text)
    return st.builds(
        lambda keys, test, limit: (
            f"SELECT id, s FROM t WHERE {test} OR id > 20 ORDER BY {', '.join(keys)}, id "
            f"LIMIT {limit}"
        ),
        st.lists(key, min_size=1, max_size=2),
        ONE.flag,
        st.integers(0, 30),
    )


def subqueries():
    flag = Grammar("", 1).flag
    inner = Grammar("r.", 1)
    return st.one_of(
        st.builds(
            "SELECT id FROM t WHERE {} OR EXISTS (SELECT 1 FROM r WHERE r.i = t.i AND {}) "
            "ORDER BY id".format,
            flag, inner.flag,
        ),
        st.builds(
            "SELECT id FROM t WHERE s {} (SELECT u FROM r WHERE {} AND u IS NOT NULL) "
            "ORDER BY id".format,
            st.sampled_from(["IN", "NOT IN"]), inner.flag,
        ),
        st.builds(
            "WITH w AS (SELECT i AS k, max(d) AS top, count(*) AS n FROM r WHERE {} GROUP BY i) "
            "SELECT t.id, w.top, w.n FROM t LEFT JOIN w ON w.k = t.i WHERE {}".format,
            inner.flag, LEFT.flag,
        ),
        st.builds(
            "SELECT id, (SELECT max(r.e) FROM r WHERE r.b = t.b AND {}) FROM t ORDER BY id".format,
            inner.flag,
        ),
        st.builds("SELECT DISTINCT {}, {} FROM t".format, ONE.text, ONE.whole),
    )  # fmt: skip
