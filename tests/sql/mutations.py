"""Statements made wrong: the mutations that test_sql_fuzz.py throws at the layer."""

import random
import re

TABLES = [
    "SELECT channel, count(*) AS n, sum(amount) AS s FROM orders WHERE order_month = '2026-04' "
    "GROUP BY channel HAVING count(*) > 3 ORDER BY n DESC LIMIT 5",
    "SELECT o.order_id, p.name FROM orders o LEFT JOIN people_csv p "
    "ON p.id = CAST(o.order_id AS varchar(9)) WHERE p.name NOT LIKE 'A%'",
    "SELECT i, l, day, ts FROM kinds WHERE ts IS NOT NULL ORDER BY ts",
    "WITH w AS (SELECT i, max(d) AS m FROM kinds GROUP BY ROLLUP (i)) SELECT w.*, row_number() "
    "OVER (PARTITION BY m ORDER BY i) FROM w WHERE m IN (SELECT d FROM kinds) UNION SELECT 1, 2, 3",
    "SELECT CASE WHEN f BETWEEN 1 AND 2 THEN s ELSE 'x' END, EXISTS (SELECT 1 FROM nothing) "
    "FROM kinds AS k CROSS JOIN events e WHERE NOT (b = 5 OR day > DATE '2024-01-01')",
]
ATOMS = (
    "NULL", "''", "0", "-1", "1.5", "x", "'abc'", "true", "1e0", "i", "count(*)", "sum(1)", "(1,2)",
    "(SELECT 1)", "ARRAY[1]", "'2026-01-01'", "json_parse('{}')", "1000000000000",
    "date '2026-01-01'", "interval '1' day", "CAST('a' AS char(3))", "*", "?", "()", "NULL::super",
    "99999999999999999999999999999999999999999", "1e400", "'\x00'", "MAP()", "current_date", ".5",
    "timestamp '2026-01-01 00:00:00 UTC'", "(SELECT i, b FROM kinds)", "ROW(1, 'a')", "X'0F'",
)  # fmt: skip
OPERATORS = (
    "+", "-", "*", "/", "%", "=", "<", "||", "AND", "OR", "IN", "LIKE", "IS", "NOT", "", "::", "->",
    "BETWEEN", ",", ".", "(", ")", "[", "]", ";", "~", "!~", "^", "@", "#", "$$", "{", "}", "\\",
)  # fmt: skip
STRANGE = ("\u00e4", "\u4e2d", "\U0001f600", "\u202e", "\ufeff", "\u00a0", "\x00", "\u0301",
           "\ud800", "\u2028", "\t", "\r\n", "`", "'",
           '"', "--", "/*", "*/", "\\'", "\x1b")  # fmt: skip
TOKEN = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|\w+(?:\.\d+)?|\S")
CALL = re.compile(r"\w+$")
LITERAL = re.compile(r"'|\d|(?:x|y|i|true|NULL)$")


def _calls(sql: str) -> list[re.Match]:
    return [
        m for m in TOKEN.finditer(sql) if CALL.match(m[0]) and sql[m.end() : m.end() + 1] == "("
    ]


def _put(sql: str, mark: re.Match, new: str) -> str:
    return sql[: mark.start()] + new + sql[mark.end() :]


class Mutator:
    """Makes statements wrong in one or two ways; the seed decides how."""

    def __init__(self, pool: list[str], seed: int):
        self.pool, self.dice = [*pool, *TABLES], random.Random(seed)
        self.ways = (
            self.literal, self.literal, self.literal, self.call, self.call, self.operator,
            self.token, self.drop, self.double, self.swap, self.splice, self.truncate,
            self.strange, self.nest, self.long_list, self.subquery,
        )  # fmt: skip

    def statement(self) -> str:
        sql = self.dice.choice(self.pool)
        for _ in range(self.dice.choice((1, 1, 2))):
            marks = list(TOKEN.finditer(sql))
            if marks:
                sql = self.dice.choice(self.ways)(sql, marks)
        return sql

    def literal(self, sql, marks):
        found = [mark for mark in marks if LITERAL.match(mark[0])] or marks
        return _put(sql, self.dice.choice(found), self.dice.choice(ATOMS))

    def call(self, sql, marks):
        here, there = _calls(sql), _calls(self.dice.choice(self.pool))
        if not here or not there:
            return sql
        return _put(sql, self.dice.choice(here), self.dice.choice(there)[0])

    def operator(self, sql, marks):
        return _put(sql, self.dice.choice(marks), self.dice.choice(OPERATORS))

    def token(self, sql, marks):
        new = self.dice.choice(TOKEN.findall(self.dice.choice(self.pool)) or ["x"])
        return _put(sql, self.dice.choice(marks), new)

    def drop(self, sql, marks):
        return _put(sql, self.dice.choice(marks), "")

    def double(self, sql, marks):
        mark = self.dice.choice(marks)
        return _put(sql, mark, f"{mark[0]} {mark[0]}")

    def swap(self, sql, marks):
        one, two = sorted(self.dice.choices(marks, k=2), key=lambda mark: mark.start())
        if one is two:
            return sql
        return (
            sql[: one.start()] + two[0] + sql[one.end() : two.start()] + one[0] + sql[two.end() :]
        )

    def splice(self, sql, marks):
        other = self.dice.choice(self.pool)
        cut = self.dice.choice(list(TOKEN.finditer(other)))
        return sql[: self.dice.choice(marks).start()] + " " + other[cut.start() :]

    def truncate(self, sql, marks):
        return sql[: self.dice.randrange(len(sql))]

    def strange(self, sql, marks):
        at = self.dice.randrange(len(sql) + 1)
        return sql[:at] + self.dice.choice(STRANGE) * self.dice.choice((1, 1, 40)) + sql[at:]

    def nest(self, sql, marks):
        """Put a literal or a call's name many levels deep."""
        depth = self.dice.choice((3, 30, 100, 3000))
        mark = self.dice.choice([mark for mark in marks if LITERAL.match(mark[0])] or marks)
        opening, closing = self.dice.choice(
            (("(", ")"), ("abs(", ")"), ("NOT ", ""), ("- ", ""), ("1 + (", ")"),
             ("coalesce(", ", 1)"), ("ARRAY[", "]"), ("CASE WHEN true THEN ", " END"),
             ("(SELECT ", ")"), ("", " + 1"), ("", " OR true"),
             ("CAST(", " AS varchar)"), ("", " || 'a'"), ("row(", ")"))
        )  # fmt: skip
        return _put(sql, mark, opening * depth + mark[0] + closing * depth)

    def long_list(self, sql, marks):
        kinds = ((10, ("{}", "'{}'", "NULL")), (300, ("{}", "'{}'")), (3000, ("{}",)))
        count, shapes = self.dice.choice(kinds)
        items = ", ".join(self.dice.choice(shapes).format(n) for n in range(count))
        return _put(sql, self.dice.choice(marks), f"1 IN ({items})")

    def subquery(self, sql, marks):
        inner = self.dice.choice(self.pool)
        shape = self.dice.choice(("({})", "({}) AS q", "EXISTS ({})", "IN ({})", "{} UNION", "{};"))
        return _put(sql, self.dice.choice(marks), shape.format(inner))
