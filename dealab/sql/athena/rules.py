"""Athena's rules (engine version 3, Trino): coercion, operators, casts, names."""

from sqlglot import exp

from dealab.sql import signatures, types
from dealab.sql.athena import (  # noqa: F401 - each registers its functions
    aggregates,
    casts,
    choice,
    collections,
    grammar,
    hashes,
    intervals,
    jsons,
    registry,
    times,
    udfs,
)
from dealab.sql.athena.arithmetic import Arithmetic
from dealab.sql.athena.comparisons import Comparisons, is_orderable
from dealab.sql.athena.dialect import JsonCall
from dealab.sql.athena.lets import Lets, is_long, named
from dealab.sql.athena.literals import Literals
from dealab.sql.athena.messages import Messages
from dealab.sql.athena.names import read_type
from dealab.sql.athena.tablefunctions import TableFunctions
from dealab.sql.athena.unnesting import Unnesting
from dealab.sql.athena.windows import Windows
from dealab.sql.errors import LabLimit, ServiceError
from dealab.sql.nodes import binds
from dealab.sql.queries import Queries
from dealab.sql.scope import Value
from dealab.sql.types import (
    DOUBLE,
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


#: function -> which of its arguments must be orderable
ORDERABLE = {
    **dict.fromkeys(("max", "min", "array_max", "array_min", "greatest", "least"), 0),
    **dict.fromkeys(("max_by", "min_by"), 1),
}


class AthenaBinder(
    Messages, Literals, Comparisons, Arithmetic, Windows, Unnesting, TableFunctions, Lets, Queries
):
    service = "Athena"
    REPEATED_ALIASES = True  # UNNEST(a) AS t(x), UNNEST(b) AS t(y)
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
            (exp.BitwiseXor, ""),
            (exp.Values, "pivots"),
            (exp.Concat, ""),
            *(
                (exp.Select, part)
                for part in ("laterals", "connect", "into", "locks", "sort", "cluster", "qualify")
            ),
            (exp.Select, "distribute"),
            (exp.WindowSpec, "exclude"),
            (exp.Table, "pivots"),
            (exp.Subquery, "pivots"),
            *grammar.FOREIGN,
        }
    )

    def __init__(self, source, *rest, **named):
        super().__init__(source, *rest, **named)
        grammar.check(source.tokens, self.unreadable, self.foreign_type)

    def unreadable(self, token):
        shown = token.text if token is not None else "<EOF>"
        place = self.source.line_column(token.start if token else len(self.source.sql))
        return self.error("SYNTAX_ERROR", f"mismatched input '{shown}'", None, place)

    def foreign_type(self, token):
        place = self.source.line_column(token.start)
        return self.error("TYPE_NOT_FOUND", f"Unknown type: {token.text.lower()}", None, place)

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

    def try_signature(self, signature, arguments, nodes):
        place = ORDERABLE.get(signature.name)
        if place is not None and len(arguments) > place and arguments[place] is not None:
            kind = arguments[place].type
            if kind.name == "array" and signature.name.startswith("array_"):
                kind = kind.args[0]
            if not is_orderable(kind):
                return None
        return super().try_signature(signature, arguments, nodes)

    def bind_item(self, node, scope, around):
        """A join in parentheses whose first item is no table hangs on that item."""
        if isinstance(node, exp.Subquery) and not node.args.get("alias"):
            first = node.this
            nested = isinstance(first, (exp.Table, exp.Subquery)) and first.args.get("joins")
            values = isinstance(first, exp.Table) and isinstance(first.this, exp.Values)
            if nested and (values or isinstance(first, exp.Subquery)):
                item = first.this.copy() if values else first.copy()
                if values:
                    item.set("alias", first.args.get("alias"))
                else:
                    item.set("joins", None)
                start = len(scope.relations)
                sql = self.bind_item(item, scope, around)
                for join in first.args["joins"]:
                    sql = self.joined(sql, join, scope, start, False, start)
                self.allow(node, {"this", "sample"})
                return f"({sql})" + self.sample_text(node.args.get("sample"), scope)
        return super().bind_item(node, scope, around)

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

    def cast_value(self, value: Value, kind: Type, node, safe: bool = False) -> Value:
        if value.type == kind:
            return value
        if is_long(value):
            return named([value], lambda one: self.cast_value(one, kind, node, safe))
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

    def bracket(self, node, scope):
        if any(isinstance(part, exp.Slice) for part in node.expressions):
            raise self.error("SYNTAX_ERROR", "mismatched input ':'", node)
        return super().bracket(node, scope)

    @binds(JsonCall, *JsonCall.arg_types)
    def json_call(self, node, scope):
        return jsons.json_call(self, node, scope)

    def json_part(self, node, scope):
        place = self.source.operator_place(node)
        raise self.error("SYNTAX_ERROR", "mismatched input '->'", node, place)

    def extract_field(self, field, value, node):
        return times.extract(self, field, value, node)

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
