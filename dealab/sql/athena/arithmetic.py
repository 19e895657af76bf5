"""Athena's operators: + - * / % and || over numbers, moments, intervals, texts and arrays."""

from sqlglot import exp

from dealab.sql import types
from dealab.sql.athena import registry
from dealab.sql.athena.decimals import decimal_calculated
from dealab.sql.errors import ServiceError
from dealab.sql.scope import Value
from dealab.sql.types import DATE, INTERVAL_DAY, NULL, VARCHAR, Type, athena_name


class Arithmetic:
    """The part of Athena's binder that calculates."""

    def negatable(self, value, node):
        raise self.mismatch(f"Cannot negate {athena_name(value.type)}", node)

    def calculate(self, left, right, operator, node):
        result = self.calculated(left, right, operator)
        if result is None:
            raise self.mismatch(
                f"Cannot apply operator: {athena_name(left.type)} {operator} "
                f"{athena_name(right.type)}",
                node,
                operator=True,
            )
        return result

    def calculated(self, left: Value, right: Value, operator: str) -> Value | None:
        one, two = left.type.name, right.type.name
        if one == "null" and two == "null":
            return Value("NULL", NULL)
        if one == "null":
            left, one = self.coerce(left, right.type), two
        if two == "null":
            right, two = self.coerce(right, left.type), one
        if one in types.NUMBERS and two in types.NUMBERS:
            return self.number_calculated(left, right, operator)
        if operator in "+-":
            return self.time_calculated(left, right, operator)
        if one in types.INTERVALS and two in types.NUMBERS and operator == "*":
            return Value(f"({left.sql} * {right.sql})", left.type)
        if two in types.INTERVALS and one in types.NUMBERS and operator == "*":
            return Value(f"({right.sql} * {left.sql})", right.type)
        if one == "interval_day" and two in types.NUMBERS and operator == "/":
            return Value(
                f"to_milliseconds(CAST(lab_millis_of({left.sql}) / CAST({right.sql} AS DOUBLE) "
                f"AS BIGINT))",
                left.type,
            )
        return None

    def number_calculated(self, left: Value, right: Value, operator: str) -> Value:
        kind = self.common_number(left.type, right.type)
        if kind.name == "decimal":
            return decimal_calculated(left, right, operator)
        left, right = self.coerce(left, kind), self.coerce(right, kind)
        if operator == "/":
            if kind.name in ("double", "real"):
                sql = f"lab_fdiv({left.sql}, {right.sql})"
                if right.literal not in (None, 0, 0.0):
                    sql = f"({left.sql} / {right.sql})"
                elif kind.name == "real":
                    sql = f"CAST({sql} AS FLOAT)"
                return Value(sql, kind)
            return Value(f"({left.sql} // {right.sql})", kind)
        return Value(f"({left.sql} {operator} {right.sql})", kind)

    def time_calculated(self, left: Value, right: Value, operator: str) -> Value | None:
        one, two = left.type.name, right.type.name
        if (
            one in types.INTERVALS
            and two in ("date", "time", "timestamp", "timestamptz")
            and operator == "+"
        ):
            left, right, one, two = right, left, two, one
        if one == "date" and two in types.INTERVALS:
            return Value(f"CAST(({left.sql} {operator} {self.whole_days(right)}) AS DATE)", DATE)
        if one in ("timestamp", "timestamptz") and two in types.INTERVALS:
            digits = max(left.type.args[0], 3 if two == "interval_day" else 0)
            kind = Type(one, (digits, *left.type.args[1:]))
            if one == "timestamptz" and two == "interval_month":  # months follow the zone's clock
                moved = f"({registry.local(left).sql} {operator} {right.sql})"
                return registry.from_local(moved, kind)
            return Value(f"({left.sql} {operator} {right.sql})", kind)
        if one == "time" and two == "interval_day":
            kind = Type("time", (max(left.type.args[0], 3),))
            return Value(f"({left.sql} {operator} {right.sql})", kind)
        if one in types.INTERVALS and one == two:
            return Value(f"({left.sql} {operator} {right.sql})", left.type)
        if operator == "-" and one == two == "date":
            return Value(f"to_days(CAST({left.sql} - {right.sql} AS INTEGER))", INTERVAL_DAY)
        moments = ("date", "timestamp", "timestamptz")
        if operator == "-" and one in moments and two in moments:
            common = self.common_type(left.type, right.type)
            left, right = self.coerce(left, common), self.coerce(right, common)
            return Value(
                f"to_milliseconds(date_diff('millisecond', {right.sql}, {left.sql}))", INTERVAL_DAY
            )
        return None

    def whole_days(self, interval: Value) -> str:
        if interval.type.name == "interval_day":
            if isinstance(interval.literal, int):
                if interval.literal % 86_400_000:
                    raise ServiceError(
                        "INVALID_FUNCTION_ARGUMENT", "Cannot add hour, minutes or seconds to a date"
                    )
                return interval.sql
            return f"lab_whole_days({interval.sql})"
        return interval.sql

    def concatenate(self, left, right, node):
        if left.type.name == "array" or right.type.name == "array":
            fake = exp.Anonymous(this="concat", expressions=[node.this, node.expression])
            return self.choose_values("concat", fake, [left, right], node)
        for value in (left, right):
            if value.type.name not in ("varchar", "char", "null", "varbinary"):
                raise self.error(
                    "FUNCTION_NOT_FOUND",
                    f"Unexpected parameters ({athena_name(left.type)}, "
                    f"{athena_name(right.type)}) for "
                    "function concat. Expected: concat(char(x), char(y)), concat(array(E), E) E, "
                    "concat(E, array(E)) E, concat(array(E)) E, concat(varchar), concat(varbinary)",
                    node,
                    self.source.operator_place(node),
                )
        kind = left.type if left.type.name == "varbinary" else VARCHAR
        left, right = (self.coerce(v, kind) if v.type == NULL else v for v in (left, right))
        return Value(f"({left.sql} || {right.sql})", kind)
