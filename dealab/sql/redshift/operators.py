"""Redshift's operators: comparison, patterns, arithmetic, and their dynamic forms over SUPER.

https://docs.aws.amazon.com/redshift/latest/dg/c_Supported_data_types.html
https://docs.aws.amazon.com/redshift/latest/dg/query-super.html (read 2026-11-23)
"""

import re

from sqlglot import exp

from dealab.sql import patterns, types
from dealab.sql.errors import LabLimit
from dealab.sql.redshift.decimals import RANK, common_number, decimal_calculated
from dealab.sql.redshift.names import shown
from dealab.sql.redshift.supers import to_super
from dealab.sql.scope import Value
from dealab.sql.types import (
    BOOLEAN,
    DATE,
    DOUBLE,
    INTEGER,
    LITERAL,
    SUPER,
    TIMESTAMP,
    VARCHAR,
    Type,
    decimal,
    text,
)

NESTED = ("row", "array", "map")
_DYNAMIC = {"super", *NESTED}
_MOMENTS = {"date", "timestamp", "timestamptz", "time", "interval_day", "interval_month"}


class Operators:
    """The part of Redshift's binder that deals with operators."""

    # --- comparison -------------------------------------------------------------------

    def compare(self, left, right, operator, node):
        if {left.type.name, right.type.name} & _DYNAMIC:
            return self.dynamic_compare(self.settle(left), self.settle(right), operator, node)
        left, right = self.comparable(left, right, operator, node)
        if left.type.name in types.STRINGS and right.type.name in types.STRINGS:
            one, two = without_blanks(left), without_blanks(right)
            near = ""
            if operator == "=" and is_column(left) and isinstance(right.literal, str):
                near = in_reach(left, right.literal)
            elif operator == "=" and is_column(right) and isinstance(left.literal, str):
                near = in_reach(right, left.literal)
            return Value(f"({near}{one} {operator} {two})", BOOLEAN)
        return Value(f"({left.sql} {operator} {right.sql})", BOOLEAN)

    def dynamic_compare(self, left: Value, right: Value, operator, node) -> Value:
        """Compare SUPER values: values of different types are unequal and in no order.

        https://docs.aws.amazon.com/redshift/latest/dg/query-super.html, "Dynamic typing"
        """
        one, two = left.type.name, right.type.name
        if one != "super":
            mirrored = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}.get(operator, operator)
            return self.dynamic_compare(right, left, mirrored, node)
        if two == "super":
            if operator in ("=", "<>") or operator.startswith("IS"):
                keys = (f"lab_super_key({value.sql})" for value in (left, right))
                return Value(f"({f' {operator} '.join(keys)})", BOOLEAN)
            keys = f"lab_super_key({left.sql}) {operator} lab_super_key({right.sql})"
            same = f"lab_super_rank({left.sql}) = lab_super_rank({right.sql})"
            return Value(f"CASE WHEN {same} THEN {keys} END", BOOLEAN)
        if two == "null":
            return Value(f"(CAST(NULL AS BOOLEAN) AND {left.sql} IS NULL)", BOOLEAN)
        if two in types.STRINGS:
            rank, item, other = 3, f"rtrim({left.sql} ->> '$', ' ')", without_blanks(right)
        elif two in types.FLOATS:
            rank, item, other = 2, f"TRY_CAST({left.sql} ->> '$' AS DOUBLE)", right.sql
        elif two in types.NUMBERS:
            exact = f"TRY_CAST({left.sql} ->> '$' AS DECIMAL(38,9))"
            rank, item, other = 2, exact, right.sql
        elif two == "boolean":
            rank, item, other = 1, f"TRY_CAST({left.sql} ->> '$' AS BOOLEAN)", right.sql
        else:
            left = self.coerce(left, right.type)
            return Value(f"({left.sql} {operator} {right.sql})", BOOLEAN)
        otherwise = {"=": "false", "<>": "true"}.get(operator, "NULL")
        if operator.startswith("IS"):
            otherwise = "false" if "NOT" in operator else "true"
        ranked = f"lab_super_rank({left.sql})"
        missing = "NULL" if not operator.startswith("IS") else f"({left.sql} {operator} {other})"
        if operator.startswith("IS"):
            missing = f"(CAST(NULL AS INTEGER) {operator} {other})"
        return Value(
            f"CASE {ranked} WHEN {rank} THEN ({item} {operator} {other}) ELSE "
            f"CASE WHEN {ranked} IS NULL THEN {missing} ELSE {otherwise} END END",
            BOOLEAN,
        )

    def orderable(self, value, node):
        """SUPER values sort by type first: boolean, number, string, array, object."""
        if value.type.name in ("super", *NESTED):
            return Value(f"lab_super_key({self.settle(value).sql})", value.type)
        return value

    def comparable(self, left: Value, right: Value, operator, node) -> tuple[Value, Value]:
        """Bring two values to types that compare."""
        one, two = left.type.name, right.type.name
        if "null" in (one, two) or one == two == "literal":
            return left, right
        if one == "literal":
            return (left if two in ("varchar", "char") else self.coerce(left, right.type)), right
        if two == "literal":
            return left, (right if one in ("varchar", "char") else self.coerce(right, left.type))
        if one in ("varchar", "char") and two in ("varchar", "char"):
            return left, right
        # Documented implicit conversions: numbers and dates become VARCHAR beside a VARCHAR.
        if one in ("varchar", "char") and two not in ("boolean",):
            return left, self.coerce(right, VARCHAR)
        if two in ("varchar", "char") and one not in ("boolean",):
            return self.coerce(left, VARCHAR), right
        common = self.common_type(left.type, right.type)
        if common is None:
            raise self.no_operator(left, right, operator, node)
        if common.name == "timestamptz":
            return self.coerce(left, common), self.coerce(right, common)
        return left, right

    def in_list(self, node, scope):
        """(a, b) IN (SELECT ...) and (a, b) IN ((1, 2), (3, 4))."""
        if not isinstance(node.this, exp.Tuple):
            return super().in_list(node, scope)
        query = node.args.get("query")
        if query is not None:
            inner = query.this if isinstance(query, exp.Subquery) else query
            return self.tuple_in_query(node, scope, self.bind_query(inner, scope))
        tests = []
        for item in node.expressions:
            if not isinstance(item, exp.Tuple):
                raise self.error("42601", "IN takes a list of rows of the same width", node)
            pair = exp.EQ(this=node.this, expression=item)
            tests.append(self.tuple_comparison(pair, scope, "=").sql)
        return Value(f"({' OR '.join(tests)})", BOOLEAN)

    def in_values(self, value, items, node):
        if any(one.type.name in ("super", *NESTED) for one in (value, *items)):
            tests = [self.compare(value, item, "=", node).sql for item in items]
            return Value(f"({' OR '.join(tests)})", BOOLEAN)
        pairs = [self.comparable(value, item, "=", node) for item in items]
        first = pairs[0][0]
        if any(pair[0].sql != first.sql for pair in pairs):
            tests = [self.compare(value, item, "=", node).sql for item in items]
            return Value(f"({' OR '.join(tests)})", BOOLEAN)
        strings = first.type.name in types.STRINGS
        show = without_blanks if strings else (lambda v: v.sql)
        listed = ", ".join(show(pair[1]) for pair in pairs)
        return Value(f"({show(first)} IN ({listed}))", BOOLEAN)

    def like_test(self, node, scope, word, escape):
        left, pattern = self.bind(node.this, scope), self.bind(node.expression, scope)
        for value in (left, pattern):
            if value.type.name not in (
                *types.STRINGS,
                "null",
                "super",
                *types.NUMBERS,
                "date",
                "timestamp",
            ):
                raise self.no_operator(left, pattern, "~~", node)
        left, pattern = self.coerce(left, VARCHAR), self.coerce(pattern, VARCHAR)
        mark = "\\"
        if escape is not None:
            bound = self.bind(escape, scope)
            if not isinstance(bound.literal, str) or len(bound.literal) != 1:
                raise self.error("22019", "invalid escape string", escape)
            mark = bound.literal
        if word == "SIMILAR TO":
            if not isinstance(pattern.literal, str):
                raise LabLimit(
                    "SIMILAR TO with a pattern that is not a constant",
                    "Redshift takes any pattern.",
                )
            from dealab.sql.patterns import similar

            return Value(
                f"regexp_full_match({left.sql}, {text(similar(pattern.literal, mark))})", BOOLEAN
            )
        return Value(f"({left.sql} {word} {pattern.sql} ESCAPE {text(mark)})", BOOLEAN)

    # --- arithmetic -------------------------------------------------------------------

    def negate(self, node, scope):
        value = self.bind(node.this, scope)
        if value.type.name == "super":
            return self.dynamic_calculate(Value("0", INTEGER), value, "-")
        if value.type.name not in (*types.NUMBERS, *types.INTERVALS, "null"):
            value = self.negatable(value, node)
        literal = -value.literal if isinstance(value.literal, (int, float)) else None
        return Value(f"(-{value.sql})", value.type, literal)

    def is_test(self, node, scope):
        """IS NULL holds for a JSON null in a SUPER value, too."""
        if isinstance(node.expression, exp.Null):
            value = self.bind(node.this, scope)
            if value.type.name == "super":
                return Value(f"(lab_super_rank({value.sql}) IS NULL)", BOOLEAN)
            return Value(f"({value.sql} IS NULL)", BOOLEAN)
        return super().is_test(node, scope)

    def negatable(self, value, node):
        if value.type.name == "literal":
            return self.coerce(value, DOUBLE)
        raise self.error("42883", f"operator does not exist: - {shown(value.type)}", node)

    def calculate(self, left, right, operator, node):
        one, two = left.type.name, right.type.name
        if "super" in (one, two) and not {one, two} & _MOMENTS:
            return self.dynamic_calculate(left, right, operator)
        if one == "super":
            left = self.coerce(left, VARCHAR)
        if two == "super":
            right = self.coerce(right, VARCHAR)
        if operator == "+" and one in types.STRINGS and two in types.STRINGS:
            # texts may be joined with +, as the views of amazon-redshift-utils do:
            # github.com/awslabs/amazon-redshift-utils, src/AdminViews/v_generate_tbl_ddl.sql
            return self.concatenate(left, right, node)
        if one == two == "literal":
            raise self.error(
                "42725", f'operator is not unique: "unknown" {operator} "unknown"', node
            )
        if one == "literal":
            left = self.open_literal(left, right.type)
        if two == "literal":
            right = self.open_literal(right, left.type)
        if one == "null":
            left = self.coerce(left, right.type if two != "null" else INTEGER)
        if two == "null":
            right = self.coerce(right, left.type)
        one, two = left.type.name, right.type.name
        if one in types.NUMBERS and two in types.NUMBERS:
            return self.number_calculated(left, right, operator)
        result = self.time_calculated(left, right, operator)
        if result is None:
            raise self.no_operator(left, right, operator, node)
        return result

    def dynamic_calculate(self, left: Value, right: Value, operator: str) -> Value:
        """Arithmetic over SUPER stays SUPER; what is no number gives NULL.

        https://docs.aws.amazon.com/redshift/latest/dg/operators-functions.html
        """
        one, two = (f"CAST({to_super(self, value)} AS VARCHAR)" for value in (left, right))
        made = f"lab_py_super_math({text(operator)}, {one}, {two})"
        return Value(f"CAST({made} AS JSON)", SUPER)

    def open_literal(self, value: Value, other: Type) -> Value:
        """Give a string literal the type that its neighbour suggests."""
        if other.name in types.NUMBERS:
            return self.coerce(
                value, other if other.name != "decimal" else decimal(38, other.args[1])
            )
        if other.name in ("date", "timestamp", "timestamptz"):
            return self.coerce(value, other)
        return value

    def number_calculated(self, left, right, operator):
        kind = common_number(left.type, right.type)
        if kind.name == "decimal":
            return decimal_calculated(left, right, operator)
        left, right = self.coerce(left, kind), self.coerce(right, kind)
        if operator == "/" and kind.name in RANK:
            return Value(f"({left.sql} // {right.sql})", kind)
        return Value(f"({left.sql} {operator} {right.sql})", kind)

    def time_calculated(self, left, right, operator):
        one, two = left.type.name, right.type.name
        if (
            operator == "+"
            and (one in types.INTEGERS or one in types.INTERVALS)
            and two in ("date", "timestamp", "timestamptz")
        ):
            left, right, one, two = right, left, two, one
        if one == "date" and two in types.INTEGERS and operator in "+-":
            return Value(f"CAST({left.sql} {operator} CAST({right.sql} AS INTEGER) AS DATE)", DATE)
        if one in ("timestamp", "timestamptz") and two in types.INTEGERS and operator in "+-":
            days = f"to_days(CAST({right.sql} AS INTEGER))"
            return Value(f"({left.sql} {operator} {days})", left.type)
        if operator == "-" and one == two == "time":
            return Value(
                f"to_microseconds(date_diff('microsecond', {right.sql}, {left.sql}))",
                types.INTERVAL_DAY,
            )
        if operator == "+" and {one, two} == {"date", "time"}:
            day, clock = (left, right) if one == "date" else (right, left)
            return Value(f"({day.sql} + {clock.sql})", TIMESTAMP)
        if operator == "-" and one == two == "date":
            return Value(f"CAST({left.sql} - {right.sql} AS INTEGER)", INTEGER)
        if one == "date" and two in types.INTERVALS and operator in "+-":
            return Value(f"({left.sql} {operator} {right.sql})", TIMESTAMP)
        if (
            one in ("timestamp", "timestamptz", "time")
            and two in types.INTERVALS
            and operator in "+-"
        ):
            return Value(f"({left.sql} {operator} {right.sql})", left.type)
        if (
            operator == "-"
            and one in ("date", "timestamp", "timestamptz")
            and two in ("date", "timestamp", "timestamptz")
        ):
            common = self.common_type(left.type, right.type)
            left, right = self.coerce(left, common), self.coerce(right, common)
            return Value(f"({left.sql} - {right.sql})", types.INTERVAL_DAY)
        if one in types.INTERVALS and one == two and operator in "+-":
            return Value(f"({left.sql} {operator} {right.sql})", left.type)
        if one in types.INTERVALS and two in types.NUMBERS and operator == "*":
            return Value(f"({left.sql} * {right.sql})", left.type)
        if two in types.INTERVALS and one in types.NUMBERS and operator == "*":
            return Value(f"({right.sql} * {left.sql})", right.type)
        return None

    def concatenate(self, left, right, node):
        for value in (left, right):
            if value.type.name in ("boolean", *types.INTERVALS):
                raise self.no_operator(left, right, "||", node)
        return Value(
            f"({self.coerce(left, VARCHAR).sql} || {self.coerce(right, VARCHAR).sql})", VARCHAR
        )

    def string_literal(self, content):
        return Value(text(content), LITERAL, content)

    def regexp_operator(self, node, scope, flags):
        """The POSIX operators ~ and ~*."""
        left, pattern = self.bind(node.this, scope), self.bind(node.expression, scope)
        if not isinstance(pattern.literal, str):
            raise LabLimit("~ with a pattern that is not a constant", "Redshift takes any pattern.")
        written = patterns.translated(self, node, patterns.posix(pattern.literal))
        if patterns.beyond_re2(written):
            raise self.error("XX000", "Invalid preceding regular expression", node)
        source = self.coerce(left, VARCHAR)
        return Value(f"regexp_matches({source.sql}, {text(flags + written)})", BOOLEAN)

    def bitwise(self, node, scope, operator):
        values = [
            self.bind(part, scope) for part in (node.this, node.args.get("expression")) if part
        ]
        kind = values[0].type
        for value in values:
            if value.type.name not in types.INTEGERS:
                raise self.no_operator(values[0], values[-1], operator, node)
            kind = common_number(kind, value.type)
        first, *rest = (self.coerce(value, kind).sql for value in values)
        return Value(f"({first} {operator} {rest[0]})" if rest else f"(~{first})", kind)

    def comparison(self, node, scope, operator):
        if isinstance(node.this, exp.Tuple) and isinstance(node.expression, exp.Tuple):
            return self.tuple_comparison(node, scope, operator)
        return super().comparison(node, scope, operator)

    def tuple_comparison(self, node, scope, operator):
        lefts = [self.bind(part, scope) for part in node.this.expressions]
        rights = [self.bind(part, scope) for part in node.expression.expressions]
        if len(lefts) != len(rights):
            raise self.error("42601", "unequal number of entries in row expressions", node)
        if operator not in ("=", "<>"):
            raise LabLimit("rows compared by order", "Redshift compares them field by field.")
        tests = [self.compare(a, b, "=", node).sql for a, b in zip(lefts, rights, strict=True)]
        joined = "(" + " AND ".join(tests) + ")"
        return Value(joined if operator == "=" else f"(NOT {joined})", BOOLEAN)


_COLUMN = re.compile(r'"(?:[^"]|"")+"(?:\."(?:[^"]|"")+")?')


def is_column(value: Value) -> bool:
    return value.literal is None and _COLUMN.fullmatch(value.sql) is not None


def in_reach(column: Value, constant: str) -> str:
    """Return a range, with AND behind it, that holds every text equal to a constant.

    Text with blanks behind a constant lies between the constant and the constant with the character
    after the blank. The range spares most rows the work of cutting blanks, and lets DuckDB skip row
    groups.
    """
    bare = constant.rstrip(" ")
    return f"{column.sql} >= {text(bare)} AND {column.sql} < {text(bare + '!')} AND "


def without_blanks(value: Value) -> str:
    """Trailing blanks do not count in Redshift's comparisons."""
    if isinstance(value.literal, str):
        return text(value.literal.rstrip(" "))
    return f"rtrim({value.sql}, ' ')"
