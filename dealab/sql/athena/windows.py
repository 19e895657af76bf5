"""Athena's rules about aggregates and windows: what stands in OVER, and what may not stand with it.

Also its own ways to select and group: stars with names, rows spread over columns.
"""

from sqlglot import exp

from dealab.sql import types
from dealab.sql.scope import Value
from dealab.sql.types import BOOLEAN, athena_name, field_key, text

VALUE_FUNCTIONS = ("first_value", "last_value", "nth_value", "lead", "lag")
#: aggregates whose result depends on the order of their input
ORDERED = ("listagg", "reduce_agg")
#: aggregates that give the same with DISTINCT as without
UNIQUE = (
    *("approx_distinct", "arbitrary", "any_value", "min", "max", "min_by", "max_by"),
    *("bitwise_and_agg", "bitwise_or_agg", "bool_and", "bool_or", "every", "map_union"),
)
RANGED = (*types.NUMBERS, "date", "time", "timestamp", "timestamptz", *types.INTERVALS)
_ORDER = ("UNBOUNDED PRECEDING", "PRECEDING", "CURRENT ROW", "FOLLOWING", "UNBOUNDED FOLLOWING")


class Windows:
    """The part of Athena's binder that checks window functions and their frames."""

    WITH_TIES = True

    def aggregate(self, name, node, extras, scope):
        window = extras.get("window")
        if extras.get("within") is not None and name != "listagg":
            raise self.error(
                "SYNTAX_ERROR",
                "mismatched input 'GROUP': only LISTAGG takes WITHIN GROUP",
                node,
                self.source.operator_place(extras["within"].parent),
            )
        if extras.get("nulls") and (window is None or name not in VALUE_FUNCTIONS):
            raise self.error(
                "NULL_TREATMENT_NOT_ALLOWED",
                f"Cannot specify null treatment clause for {name} function",
                node,
            )
        if window is not None:
            self.check_windowed(node, extras)
        return super().aggregate(name, node, extras, scope)

    def scalar(self, name, node, scope):
        if any(isinstance(part, exp.Distinct) for part in node.expressions):
            message = "DISTINCT is not supported for non-aggregation functions"
            raise self.error("FUNCTION_NOT_AGGREGATE", message, node)
        return super().scalar(name, node, scope)

    def check_grouping(self, node, nodes, scope) -> None:
        if scope.grouping is None or not scope.grouping.keys:
            raise self.error(
                "MISSING_GROUP_BY",
                "A GROUPING() operation can only be used with a corresponding GROUPING "
                "SET/CUBE/ROLLUP/GROUP BY clause",
                node,
            )
        super().check_grouping(node, nodes, scope)

    def check_grouping_element(self, item) -> None:
        for part in item.expressions:
            if isinstance(part, (exp.Tuple, exp.Cube, exp.Rollup, exp.GroupingSets)):
                self.check_grouping_element(part)
            elif isinstance(part, exp.Paren):
                self.check_grouping_element(exp.Tuple(expressions=[part.this]))
            elif not isinstance(part, (exp.Column, exp.Dot)):
                raise self.grouping_not_column(part)

    def check_fetch(self, count) -> None:
        if isinstance(count, exp.Literal) and count.this == "0":
            raise self.no_rows_fetched(count)

    def values_row(self, values):
        if len(values) == 1 and values[0].type.name == "row":
            return self.fields(values[0])
        return values

    @staticmethod
    def fields(value: Value) -> list[Value]:
        """Return the fields of a row."""
        return [
            Value(f"struct_extract({value.sql}, {text(field_key(name, at))})", kind)
            for at, (name, kind) in enumerate(value.type.args[0])
        ]

    def named_star(self, node, scope) -> list:
        items = self.expand_stars([node.this], scope)
        names = [name.name for name in node.expressions]
        if len(names) != len(items):
            raise self.alias_width(len(names), len(items), node)
        return [(name, value) for name, (_, value) in zip(names, items, strict=True)]

    def row_star(self, node, scope) -> list:
        value = self.bind(node.this, scope)
        if value.type.name != "row":
            raise self.mismatch("expected expression of type Row", node)
        names = [name for name, _ in value.type.args[0]]
        return list(zip(names, self.fields(value), strict=True))

    def call_exists(self, node, scope) -> Value:
        """EXISTS (VALUES ...) and EXISTS (TABLE ...), which the parser takes for a call."""
        if len(node.expressions) != 1 or not isinstance(
            node.expressions[0], (exp.Query, exp.Values)
        ):
            raise self.error("SYNTAX_ERROR", "mismatched input: EXISTS needs a query", node)
        return Value(f"EXISTS ({self.bind_query(node.expressions[0], scope).sql})", BOOLEAN)

    def finish_aggregate(self, name, node, nodes, marks, extras, scope, distinct, order):
        lines = self.AGGREGATES.get(name) or ()
        if order is not None and name not in ORDERED and not any("{o}" in line for line in lines):
            order, marks = None, {**marks, "o": ""}  # the order of its input changes nothing
        if distinct and name in UNIQUE:
            distinct, marks = False, {**marks, "d": ""}
        return super().finish_aggregate(name, node, nodes, marks, extras, scope, distinct, order)

    def check_windowed(self, node, extras) -> None:
        refused = ""
        arguments = node.expressions
        first = arguments[0] if arguments else None
        inner = first.this if isinstance(first, exp.Order) else first
        if extras.get("filter") is not None:
            refused = "FILTER is not yet supported for window functions"
        elif arguments and isinstance(arguments[-1], exp.Order):
            refused = "Window function with ORDER BY is not supported"
        elif isinstance(inner, exp.Distinct):
            refused = (
                "DISTINCT in window function parameters not yet supported: "
                f"{self.snippet(extras['window'])}"
            )
        if refused:
            raise self.error("NOT_SUPPORTED", refused, node)

    def check_window(self, name, parts, node) -> None:
        if name in ("lag", "lead"):
            if not parts["order"]:
                raise self.error(
                    "MISSING_ORDER_BY", f"{name} function requires an ORDER BY window clause", node
                )
            if parts["frame"]:
                raise self.error(
                    "INVALID_WINDOW_FRAME",
                    f"Cannot specify window frame for {name} function",
                    node,
                )
        kind, _, rest = parts["frame"].partition(" ")
        offset = "PRECEDING" in rest.replace("UNBOUNDED PRECEDING", "")
        offset = offset or "FOLLOWING" in rest.replace("UNBOUNDED FOLLOWING", "")
        if kind in ("RANGE", "GROUPS") and offset:
            self.check_sorted(kind, parts, node)

    def check_sorted(self, kind: str, parts, node) -> None:
        words = f"Window frame of type {kind} PRECEDING or FOLLOWING requires"
        keys = parts.get("keys", [])
        if not parts["order"]:
            raise self.error("MISSING_ORDER_BY", f"{words} ORDER BY", node)
        if kind == "GROUPS":
            return
        if len(keys) != 1:
            raise self.error(
                "INVALID_ORDER_BY",
                f"{words} single sort item in ORDER BY (actual: {len(keys)})",
                node,
            )
        if keys[0].name not in RANGED:
            raise self.mismatch(
                f"{words} that sort item type be numeric, datetime or interval (actual: "
                f"{athena_name(keys[0])})",
                node,
            )

    def frame(self, spec, scope) -> str:
        ends = []
        for bound, side in (("start", "start_side"), ("end", "end_side")):
            value, way = spec.args.get(bound), (spec.args.get(side) or "").upper()
            if value is None:
                ends.append("CURRENT ROW")
            elif isinstance(value, str):
                ends.append(f"{value.upper()} {way}".strip())
            else:
                ends.append(way)
                self.check_offset(spec, value, scope)
        start, end = ends
        message = ""
        if start == "UNBOUNDED FOLLOWING":
            message = "Window frame start cannot be UNBOUNDED FOLLOWING"
        elif end == "UNBOUNDED PRECEDING":
            message = "Window frame end cannot be UNBOUNDED PRECEDING"
        elif start in _ORDER and end in _ORDER and _ORDER.index(start) > _ORDER.index(end):
            message = f"Window frame starting from {start} cannot end with {end}"
        if message:
            raise self.error("INVALID_WINDOW_FRAME", message, spec)
        return super().frame(spec, scope)

    def check_offset(self, spec, value, scope) -> None:
        kind = str(spec.args.get("kind", "RANGE")).upper()
        found = self.bind(value, scope).type
        if kind != "RANGE" and found.name not in (*types.INTEGERS, "null"):
            raise self.mismatch(
                f"Window frame {kind} start value type must be exact numeric type with scale 0 "
                f"(actual: {athena_name(found)})",
                value,
            )
