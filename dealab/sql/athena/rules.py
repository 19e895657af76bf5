"""Athena's rules (engine version 3, Trino): coercion, operators, casts, names."""

import re

from sqlglot import exp

from dealab.sql import signatures, types
from dealab.sql.athena import (  # noqa: F401 - each registers its functions
    aggregates,
    casts,
    choice,
    collections,
    hashes,
    intervals,
    jsons,
    registry,
    times,
    udfs,
)
from dealab.sql.athena.decimals import decimal_calculated
from dealab.sql.athena.dialect import JsonCall
from dealab.sql.athena.messages import Messages
from dealab.sql.athena.names import read_type
from dealab.sql.athena.windows import Windows
from dealab.sql.errors import LabLimit, ServiceError
from dealab.sql.nodes import binds
from dealab.sql.queries import Queries
from dealab.sql.scope import Value
from dealab.sql.types import (
    BOOLEAN,
    DATE,
    DOUBLE,
    INTERVAL_DAY,
    NULL,
    REAL,
    VARCHAR,
    Type,
    as_decimal,
    athena_name,
    decimal,
    duck_name,
    quote,
    text,
)

_RANK = {"tinyint": 0, "smallint": 1, "integer": 2, "bigint": 3}


_WORDS = {"tinyint": "TINYINT", "smallint": "SMALLINT", "integer": "INT", "bigint": "BIGINT"}


INTERVAL_UNITS = {
    "second": 1000,
    "minute": 60_000,
    "hour": 3_600_000,
    "day": 86_400_000,
    "week": 604_800_000,
}


def is_orderable(kind: Type) -> bool:
    """Tell whether Trino knows which of two values is less."""
    match kind.name:
        case "array":
            return is_orderable(kind.args[0])
        case "row":
            return all(is_orderable(of) for _, of in kind.args[0])
    return kind.name not in ("map", "json")


#: function -> which of its arguments must be orderable
ORDERABLE = {
    **dict.fromkeys(("max", "min", "array_max", "array_min", "greatest", "least"), 0),
    **dict.fromkeys(("max_by", "min_by"), 1),
}


class AthenaBinder(Messages, Windows, Queries):
    service = "Athena"
    MAX_RECURSION = 10  # Trino's max_recursion_depth
    CTE_HINT = "NOT MATERIALIZED "  # Trino runs a WITH query each time it is named
    PARAMETER_CODE = "INVALID_PARAMETER_USAGE"
    FUNCTIONS = signatures.functions("athena").scalar
    AGGREGATES = signatures.functions("athena").aggregate
    WINDOWS = signatures.functions("athena").window
    LIMITS = signatures.functions("athena").refused
    SPECIAL = registry.SPECIAL

    TABLE_PARTS = Queries.TABLE_PARTS | {"version"}  # FOR TIMESTAMP AS OF, FOR VERSION AS OF

    FOREIGN = frozenset(
        {
            *((exp.Star, part) for part in ("except_", "replace", "rename", "ilike")),
            (exp.Distinct, "on"),
            (exp.Slice, ""),
            (exp.IntDiv, ""),
            (exp.Xor, ""),
            (exp.RegexpLike, ""),
            (exp.Pivot, ""),
            *(
                (exp.Select, part)
                for part in ("laterals", "connect", "into", "locks", "sort", "cluster", "qualify")
            ),
            (exp.Select, "distribute"),
            (exp.WindowSpec, "exclude"),
            (exp.Table, "pivots"),
            (exp.Subquery, "pivots"),
        }
    )

    def limit_node(self, node, part=""):
        if part == "match":
            return LabLimit(
                "MATCH_RECOGNIZE", "Athena finds patterns in rows with it (engine version 3)."
            )
        return super().limit_node(node, part)

    def foreign(self, node):
        shown = self.snippet(node)
        return self.error("SYNTAX_ERROR", f"mismatched input '{shown}'", node)

    # --- tables -----------------------------------------------------------------------

    def find_source(self, parts, node):
        from dealab.sql.athena import sources

        return sources.find(self, parts, node)

    def hide_joined(self, scope, names, start):
        for relation in scope.relations[start:]:
            relation.columns = [column for column in relation.columns if column.name not in names]

    def check_natural(self, join):
        raise self.error("NOT_SUPPORTED", "Natural join not supported", join.this)

    def unnamed(self, at, node):
        return f"_col{at}"

    def as_condition(self, value, node, role):
        if value.type.name in ("boolean", "null"):
            return value
        shown = athena_name(value.type)
        if role.endswith("clause") and role.split()[0] in ("WHERE", "HAVING", "JOIN"):
            raise self.mismatch(f"{role} must evaluate to a boolean: actual type {shown}", node)
        raise self.mismatch(f"{role} must evaluate to a boolean (actual: {shown})", node)

    def number_literal(self, node):
        span = self.source.span(node)
        following = self.source.sql[span[1] + 1 : span[1] + 2] if span else ""
        if following.isalpha() or following == "_":
            word = re.match(r"\w+", self.source.sql[span[0] :])[0]
            if re.fullmatch("0[oO][0-7]+", word):
                raise LabLimit(f"the octal number {word}", "Trino reads it.")
            raise self.error(
                "SYNTAX_ERROR",
                "identifiers must not start with a digit; surround the identifier with double "
                "quotes",
                node,
            )
        return super().number_literal(node)

    def resolve_in(self, parts, scope):
        """In ORDER BY a name is an output column first."""
        output = scope.aliases.get(parts[0]) if scope.clause == "ORDER BY" else None
        if output is None or (len(parts) > 1 and output.type.name != "row"):
            return super().resolve_in(parts, scope)
        aliases, scope.aliases = scope.aliases, {}
        try:
            source = super().resolve_in(parts, scope)
        except ServiceError:
            source = None
        finally:
            scope.aliases = aliases
        if source is not None and (source[0].sql == output.sql or len(parts) > 1):
            return source
        if scope.inside_aggregate:
            raise self.error(
                "COLUMN_NOT_FOUND",
                "Invalid reference to output projection attribute from ORDER BY aggregation",
            )
        return output, parts[1:]

    # --- coercion ---------------------------------------------------------------------

    def coercion_cost(self, kind: Type, wanted: Type) -> int | None:
        if kind == wanted:
            return 0
        if kind == NULL:
            return 1
        common = self.common_type(kind, wanted)
        if common is None:
            return None
        if common == wanted:
            if kind.name in _RANK and wanted.name in _RANK:
                return _RANK[wanted.name] - _RANK[kind.name]
            steps = {"decimal": 4, "real": 6, "double": 5}
            return steps.get(wanted.name, 1)
        if common.name == wanted.name and wanted.name in (
            "varchar",
            "timestamp",
            "timestamptz",
            "time",
        ):
            return 1
        return None

    def common_type(self, left: Type, right: Type) -> Type | None:
        if left == right:
            return left
        if left == NULL:
            return right
        if right == NULL:
            return left
        one, two = left.name, right.name
        if one in types.NUMBERS and two in types.NUMBERS:
            return self.common_number(left, right)
        if one == two:
            return self.common_same(left, right)
        pair = {one, two}
        if pair == {"varchar", "char"}:
            fixed = left if one == "char" else right
            other = right if one == "char" else left
            if other.args[0] is not None:
                return types.char(max(fixed.args[0], other.args[0]))
            return VARCHAR
        if pair == {"date", "timestamp"}:
            return left if one == "timestamp" else right
        if pair in ({"date", "timestamptz"}, {"timestamp", "timestamptz"}):
            return left if one == "timestamptz" else right
        return None

    @staticmethod
    def common_number(left: Type, right: Type) -> Type:
        one, two = left.name, right.name
        if "double" in (one, two):
            return DOUBLE
        if "real" in (one, two):
            return REAL
        if one in _RANK and two in _RANK:
            return left if _RANK[one] >= _RANK[two] else right
        a, b = as_decimal(left).args, as_decimal(right).args
        scale = max(a[1], b[1])
        return decimal(min(38, max(a[0] - a[1], b[0] - b[1]) + scale), scale)

    def common_same(self, left: Type, right: Type) -> Type | None:
        match left.name:
            case "varchar":
                lengths = (left.args[0], right.args[0])
                return VARCHAR if None in lengths else types.varchar(max(lengths))
            case "char":
                return types.char(max(left.args[0], right.args[0]))
            case "timestamp" | "time":
                return Type(left.name, (max(left.args[0], right.args[0]),))
            case "timestamptz":
                zone = left.args[1] if left.args[1] == right.args[1] else "UTC"
                return types.timestamptz(zone, max(left.args[0], right.args[0]))
            case "array" | "map":
                parts = [self.common_type(a, b) for a, b in zip(left.args, right.args, strict=True)]
                return None if None in parts else Type(left.name, tuple(parts))
            case "row":
                if len(left.args[0]) != len(right.args[0]):
                    return None
                fields = []
                for (name, a), (other, b) in zip(left.args[0], right.args[0], strict=True):
                    kind = self.common_type(a, b)
                    if kind is None:
                        return None
                    fields.append((name if name == other else name or other, kind))
                return types.row(fields)
        return None

    def coerce(self, value: Value, kind: Type) -> Value:
        if kind.name == "char" and value.type.name in ("varchar", "char") and value.type != kind:
            return Value(f"rpad({value.sql}, {kind.args[0]}, ' ')", kind)
        if value.type.name in ("row", "array", "map") and value.type != kind:
            if duck_name(value.type) != duck_name(kind):
                return Value(self.convert_nested(value.sql, value.type, kind), kind)
            return Value(value.sql, kind)
        if value.type.name == "timestamp" and kind.name == "timestamptz":
            return Value(f"timezone('UTC', {value.sql})", kind)
        if value.type.name == "date" and kind.name == "timestamptz":
            return Value(f"timezone('UTC', CAST({value.sql} AS TIMESTAMP))", kind)
        return super().coerce(value, kind)

    # --- comparison -------------------------------------------------------------------

    def compare(self, left, right, operator, node):
        common = self.common_type(left.type, right.type)
        word = operator if operator[0] in "=<>" else "IS DISTINCT FROM"
        ordering = operator in ("<", "<=", ">", ">=")
        if common is None or (ordering and not is_orderable(common)):
            raise self.mismatch(
                f"Cannot apply operator: {athena_name(left.type)} {word} {athena_name(right.type)}",
                node,
                operator=True,
            )
        if common.name == "timestamptz" or common.name in ("row", "array", "map", "char"):
            left, right = self.coerce(left, common), self.coerce(right, common)
        return Value(f"({left.sql} {operator} {right.sql})", BOOLEAN)

    def between_values(self, value, low, high, node):
        for bound in (low, high):
            if self.common_type(value.type, bound.type) is None:
                raise self.mismatch(
                    f"Cannot check if {athena_name(value.type)} is BETWEEN {athena_name(low.type)} "
                    f"and {athena_name(high.type)}",
                    node,
                )
        if "timestamptz" in (value.type.name, low.type.name, high.type.name):
            return super().between_values(value, low, high, node)
        return Value(f"({value.sql} BETWEEN {low.sql} AND {high.sql})", BOOLEAN)

    def in_values(self, value, items, node):
        kind = value.type
        for item in items:
            common = self.common_type(kind, item.type)
            if common is None:
                kinds = list(dict.fromkeys(athena_name(v.type) for v in [value, *items]))
                raise self.mismatch(
                    "IN value and list items must be the same type or coercible to a common type. "
                    f"Cannot find common type between {athena_name(kind)} and "
                    f"{athena_name(item.type)}, all types (without duplicates): "
                    f"[{', '.join(kinds)}]",
                    node.this,
                )
            kind = common
        if kind.name in ("timestamptz", "row", "array", "map", "char"):
            value, items = self.coerce(value, kind), [self.coerce(item, kind) for item in items]
        return Value(f"({value.sql} IN ({', '.join(item.sql for item in items)}))", BOOLEAN)

    def like_test(self, node, scope, word, escape):
        if word != "LIKE":
            raise self.error(
                "SYNTAX_ERROR",
                f"mismatched input '{word.split()[0]}'",
                node,
                self.source.operator_place(node),
            )
        left, pattern = self.bind(node.this, scope), self.bind(node.expression, scope)
        for value, side in (
            (left, "Left side of LIKE expression"),
            (pattern, "Pattern for LIKE expression"),
        ):
            if value.type.name not in ("varchar", "char", "null"):
                raise self.mismatch(
                    f"{side} must evaluate to a varchar (actual: {athena_name(value.type)})",
                    node.this if value is left else node.expression,
                )
        tail = ""
        if escape is not None:
            mark = self.bind(escape, scope)
            if not isinstance(mark.literal, str) or len(mark.literal) != 1:
                raise self.error(
                    "INVALID_FUNCTION_ARGUMENT", "Escape string must be a single character", escape
                )
            if isinstance(pattern.literal, str):
                m = re.escape(mark.literal)
                if not re.fullmatch(f"(?:{m}[%_{m}]|[^{m}])*", pattern.literal, re.DOTALL):
                    raise self.error(
                        "INVALID_FUNCTION_ARGUMENT",
                        "Escape character must be followed by '%', '_' or the escape character "
                        "itself",
                        escape,
                    )
            tail = f" ESCAPE {mark.sql}"
        return Value(f"({left.sql} LIKE {pattern.sql}{tail})", BOOLEAN)

    # --- arithmetic -------------------------------------------------------------------

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

    def try_signature(self, signature, arguments, nodes):
        place = ORDERABLE.get(signature.name)
        if place is not None and len(arguments) > place and arguments[place] is not None:
            kind = arguments[place].type
            if kind.name == "array" and signature.name.startswith("array_"):
                kind = kind.args[0]
            if not is_orderable(kind):
                return None
        return super().try_signature(signature, arguments, nodes)

    def bind_join(self, join, scope, start, comma):
        on, words = join.args.get("on"), join.args.get("side") or join.args.get("kind") or "INNER"
        told = on is not None or join.args.get("using")
        if isinstance(join.this, exp.Unnest) and told:
            always = isinstance(on, exp.Boolean) and on.this
            if not always:
                raise self.error(
                    "NOT_SUPPORTED",
                    f"{words.upper()} JOIN involving UNNEST is only supported with condition ON "
                    "TRUE",
                    on or join.this,
                )
        return super().bind_join(join, scope, start, comma)

    def choose_values(self, name, call, values: list[Value], node) -> Value:
        """Choose an overload for values that are bound already."""
        best = None
        for line in self.FUNCTIONS[name]:
            signature = signatures.read_signature(line)
            tried = self.try_signature(signature, values, call.expressions)
            if tried is not None and (best is None or tried[0] < best[0]):
                best = (*tried, signature)
        if best is None:
            raise self.no_overload(name, node, values, [], self.FUNCTIONS[name])
        _, bound, patterns, signature = best
        texts = [
            self.coerce_argument(value, signatures.substitute(pattern, bound), pattern).sql
            for value, pattern in zip(values, patterns, strict=True)
        ]
        result = signatures.substitute(signature.result, bound) or NULL
        return Value(signatures.expand(signature.template, texts, duck_name(result)), result)

    def regexp_operator(self, node, scope, flags):
        raise self.not_an_operator(node)

    def bitwise(self, node, scope, operator):
        raise self.not_an_operator(node)

    def not_an_operator(self, node):
        place = self.source.operator_place(node)
        return self.error(
            "SYNTAX_ERROR", "mismatched input: Trino has no such operator", node, place
        )

    # --- casts ------------------------------------------------------------------------

    def target_type(self, node: exp.DataType) -> Type:
        """Read the type of a CAST."""
        try:
            return read_type(node)
        except LabLimit:
            raise
        except ValueError as problem:
            raise self.error("INVALID_FUNCTION_ARGUMENT", str(problem), node) from None
        except (KeyError, AttributeError, IndexError):
            raise self.error("TYPE_NOT_FOUND", f"Unknown type: {node}", node) from None

    def cast_node(self, node, scope, safe):
        value = self.bind(node.this, scope)
        literal = isinstance(node.this, exp.Literal) and node.this.is_string
        kind = self.literal_type(node, value) if literal else self.target_type(node.args["to"])
        if literal and kind.name in registry.MOMENTS and self._typed_literal(node):
            return intervals.moment_literal(self, node, kind, value.literal)
        result = self.cast_value(value, kind, node, safe)
        if kind.name in ("interval_day", "interval_month"):
            raise self.limit_node(node)
        return result

    def literal_type(self, node, value) -> Type:
        """DATE '...', TIMESTAMP '...', DECIMAL '...': the text decides the precision."""
        kind = self.target_type(node.args["to"])
        written = not node.args["to"].expressions
        content = value.literal
        if kind.name == "decimal" and written and self._typed_literal(node):
            digits = content.lstrip("+-")
            whole, _, fraction = digits.partition(".")
            return decimal(max(1, len(whole.lstrip("0")) + len(fraction)), len(fraction))
        return kind

    def keyword_place(self, node):
        """Return where the type's name of a typed literal stands."""
        span = self.source.span(node.this)
        for token in reversed(self.source.tokens):
            if span and token.start < span[0]:
                return self.source.line_column(token.start)
        return self.source.place(node)

    def _typed_literal(self, node) -> bool:
        """Tell DATE '2026-01-01' from CAST('2026-01-01' AS DATE)."""
        span = self.source.span(node.this)
        if span is None:
            return False
        before = self.source.sql[: span[0]].rstrip()
        return not before.endswith("(")

    def cast_value(self, value: Value, kind: Type, node, safe: bool = False) -> Value:
        if value.type == kind:
            return value
        sql = casts.cast_sql(self, value, kind)
        if sql is None:
            raise self.mismatch(
                f"Cannot cast {athena_name(value.type)} to {athena_name(kind)}", node
            )
        if safe:
            sql = f"TRY({sql})"
        return Value(sql, kind, value.literal if kind.name == "varchar" and not safe else None)

    def convert_nested(self, sql: str, old: Type, new: Type) -> str:
        """Convert arrays, maps and rows element by element; rows go by position."""
        if duck_name(old) == duck_name(new):
            return sql
        if new.name == "array" and old.name == "array":
            label = self.fresh("e")
            inner = self.cast_value(Value(label, old.args[0]), new.args[0], None)
            return f"list_transform({sql}, lambda {label}: {inner.sql})"
        if new.name == "map" and old.name == "map":
            label = self.fresh("e")
            key = self.cast_value(Value(f"{label}.key", old.args[0]), new.args[0], None)
            item = self.cast_value(Value(f"{label}.value", old.args[1]), new.args[1], None)
            return (
                f"map_from_entries(list_transform(map_entries({sql}), "
                f"lambda {label}: row({key.sql}, {item.sql})))"
            )
        if new.name == "row" and old.name == "row" and len(old.args[0]) == len(new.args[0]):
            fields = []
            pairs = zip(old.args[0], new.args[0], strict=True)
            for at, ((old_name, old_kind), (new_name, new_kind)) in enumerate(pairs):
                key = types.field_key(old_name, at)
                part = Value(f"struct_extract({sql}, {text(key)})", old_kind)
                done = self.cast_value(part, new_kind, None)
                fields.append(f"{quote(types.field_key(new_name, at))} := {done.sql}")
            return f"CASE WHEN {sql} IS NULL THEN NULL ELSE struct_pack({', '.join(fields)}) END"
        return f"CAST({sql} AS {duck_name(new)})"

    # --- parts ------------------------------------------------------------------------

    def subscript(self, value, index, node, scope):
        key = self.bind(index, scope)
        match value.type.name:
            case "array" if key.type.name in types.INTEGERS:
                return Value(f"lab_at({value.sql}, {key.sql})", value.type.args[0])
            case "map" if self.common_type(key.type, value.type.args[0]) is not None:
                wanted = self.coerce(key, value.type.args[0])
                return Value(f"lab_key({value.sql}, {wanted.sql})", value.type.args[1])
            case "row" if isinstance(key.literal, int):
                fields = value.type.args[0]
                if not 1 <= key.literal <= len(fields):
                    raise self.error(
                        "INVALID_FUNCTION_ARGUMENT",
                        f"Invalid subscript expression: ROW index out of bounds: {key.literal}",
                        node,
                    )
                name, kind = fields[key.literal - 1]
                part = text(types.field_key(name, key.literal - 1))
                return Value(f"struct_extract({value.sql}, {part})", kind)
        raise self.mismatch(
            f"Cannot use {athena_name(key.type)} for subscript of {athena_name(value.type)}", node
        )

    def array_value(self, node, scope):
        values = [self.bind(item, scope) for item in node.expressions]
        if not values:
            return Value("[]", types.array(NULL))
        values, kind = self.unify(values, node, "ARRAY elements")
        return Value(f"[{', '.join(value.sql for value in values)}]", types.array(kind))

    def tuple_value(self, node, scope):
        return collections.make_row([self.bind(item, scope) for item in node.expressions])

    def in_zone(self, node, scope):
        return times.at_time_zone(self, node, scope)

    @binds(exp.RawString, "this")
    def binary_literal(self, node, scope):
        """X'65 68': the tokenizer is told that it is a raw string, which Trino does not have."""
        digits = re.sub(r"\s", "", node.this)
        if not re.fullmatch("[0-9a-fA-F]*", digits):
            message = "Binary literal can only contain hexadecimal digits"
            raise self.error("SYNTAX_ERROR", message, node)
        if len(digits) % 2:
            message = "Binary literal must contain an even number of digits"
            raise self.error("SYNTAX_ERROR", message, node)
        return Value(f"unhex({text(digits)})", types.VARBINARY)

    @binds(exp.HexString, "this", "is_integer")
    def hex_number(self, node, scope):
        """0x1F"""
        return self.number_literal(exp.Literal.number(str(int(node.this, 16))))

    @binds(exp.BitString, "this")
    def bit_number(self, node, scope):
        """0b101"""
        return self.number_literal(exp.Literal.number(str(int(node.this, 2))))

    @binds(exp.UnicodeString, "this", "escape")
    def unicode_literal(self, node, scope):
        """U&'caf\\00e9', with UESCAPE another mark."""
        mark = node.args["escape"].this if node.args.get("escape") else "\\"
        if len(mark) != 1 or re.fullmatch("[0-9a-fA-F+'\"\\s]", mark):
            raise self.error("SYNTAX_ERROR", "Invalid Unicode escape character", node)
        m = re.escape(mark)

        def one(found):
            if found[0] == mark * 2:
                return mark
            digits = found[1] or found[2]
            if not digits:
                raise self.error("SYNTAX_ERROR", "Incomplete escape sequence: " + found[0], node)
            point = int(digits, 16)
            if point > 0x10FFFF or 0xD800 <= point <= 0xDFFF:
                raise self.error("SYNTAX_ERROR", f"Invalid escaped character: {digits}", node)
            return chr(point)

        pattern = rf"{m}{m}|{m}(?:\+([0-9a-fA-F]{{6}})|([0-9a-fA-F]{{4}}))|{m}"
        return self.string_literal(re.sub(pattern, one, node.this))

    @binds(JsonCall, *JsonCall.arg_types)
    def json_call(self, node, scope):
        return jsons.json_call(self, node, scope)

    @binds(exp.ParseJSON, "this", "is_literal")
    def json_literal(self, node, scope):
        return self.as_call("json_parse", [node.this], node, scope)

    def json_part(self, node, scope):
        place = self.source.operator_place(node)
        raise self.error("SYNTAX_ERROR", "mismatched input '->'", node, place)

    def interval_value(self, node, scope):
        return intervals.interval_literal(self, node, scope)

    def extract_field(self, field, value, node):
        return times.extract(self, field, value, node)

    def now(self, word, node):
        digits = 3
        asked = node.this if isinstance(node.this, exp.Expr) else node.find(exp.Literal)
        if isinstance(asked, exp.Literal) and asked.this.isdigit():
            digits = int(asked.this)
            if digits > 12:
                raise self.error(
                    "INVALID_FUNCTION_ARGUMENT",
                    f"TIMESTAMP precision must be in range [0, 12]: {digits}",
                    node,
                )
            if digits > 6:
                raise LabLimit(f"{word}({digits})", "Trino keeps up to 12 digits of a second.")
        now = "now()" if digits > 3 else "lab_now()"
        match word:
            case "current_date":
                return Value("current_date", DATE)
            case "current_timestamp":
                return Value(now, types.timestamptz("UTC", digits))
            case "localtimestamp":
                return Value(f"CAST({now} AS TIMESTAMP)", types.timestamp(digits))
            case "current_time":
                raise LabLimit("current_time", "Athena answers a time with time zone.")
        return Value(f"CAST(CAST({now} AS TIMESTAMP) AS TIME)", Type("time", (digits,)))

    def settle(self, value):
        if value.type.name == "timestamptz" and isinstance(value.type.args[1], registry.RowZone):
            raise LabLimit(
                "a result column whose time zone differs from row to row",
                "each value carries its own zone there. Inside an expression the lab does it too: "
                "cast it to varchar, format it, or take a part of it.",
            )
        return value

    def orderable(self, value, node):
        if not is_orderable(value.type):
            raise self.mismatch(
                f"Type {athena_name(value.type)} is not orderable, and therefore cannot be used "
                f"in ORDER BY: {self.snippet(node)}",
                node,
            )
        return value
