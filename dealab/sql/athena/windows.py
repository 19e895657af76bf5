"""Athena's rules about window functions: what stands in OVER, and what may not stand with it."""

from sqlglot import exp

from dealab.sql import types
from dealab.sql.types import athena_name

VALUE_FUNCTIONS = ("first_value", "last_value", "nth_value", "lead", "lag")
RANGED = (*types.NUMBERS, "date", "time", "timestamp", "timestamptz", *types.INTERVALS)
_ORDER = ("UNBOUNDED PRECEDING", "PRECEDING", "CURRENT ROW", "FOLLOWING", "UNBOUNDED FOLLOWING")


class Windows:
    """The part of Athena's binder that checks window functions and their frames."""

    def aggregate(self, name, node, extras, scope):
        window = extras.get("window")
        if extras.get("nulls") and (window is None or name not in VALUE_FUNCTIONS):
            raise self.error(
                "NULL_TREATMENT_NOT_ALLOWED",
                f"Cannot specify null treatment clause for {name} function",
                node,
            )
        if window is not None:
            self.check_windowed(node, extras)
        return super().aggregate(name, node, extras, scope)

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
