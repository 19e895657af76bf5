"""Athena's comparisons: which types meet, and where a NULL inside a row or array decides."""

import re

from sqlglot import exp

from dealab.sql import types
from dealab.sql.scope import Value
from dealab.sql.types import BOOLEAN, Type, athena_name, text


def is_orderable(kind: Type) -> bool:
    """Tell whether Trino knows which of two values is less."""
    match kind.name:
        case "array":
            return is_orderable(kind.args[0])
        case "row":
            return all(is_orderable(of) for _, of in kind.args[0])
    return kind.name not in ("map", "json")


class Comparisons:
    """The part of Athena's binder that compares values."""

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
        if operator in ("=", "<>") and common.name in ("row", "array"):
            same = self.nested_equal(left.sql, right.sql, common)
            return Value(same if operator == "=" else f"(NOT {same})", BOOLEAN)
        return Value(f"({left.sql} {operator} {right.sql})", BOOLEAN)

    def nested_equal(self, left: str, right: str, kind: Type) -> str:
        """Return whether two rows or arrays are equal: NULL where a NULL inside decides."""
        if kind.name == "row":
            tests = []
            for at, (name, of) in enumerate(kind.args[0]):
                key = text(types.field_key(name, at))
                one, two = (f"struct_extract({side}, {key})" for side in (left, right))
                tests.append(self.nested_equal(one, two, of))
            return f"({' AND '.join(tests)})"
        if kind.name == "array":
            label = self.fresh("i")
            test = self.nested_equal(f"({left})[{label}]", f"({right})[{label}]", kind.args[0])
            return (
                f"CASE WHEN len({left}) <> len({right}) THEN false ELSE lab_all(list_transform("
                f"range(1, len({left}) + 1), lambda {label}: {test})) END"
            )
        return f"({left} = {right})"

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
        if kind.name in ("row", "array"):
            tests = [self.compare(value, item, "=", node).sql for item in items]
            return Value(f"({' OR '.join(tests)})", BOOLEAN)
        if kind.name in ("timestamptz", "map", "char"):
            value, items = self.coerce(value, kind), [self.coerce(item, kind) for item in items]
        return Value(f"({value.sql} IN ({', '.join(item.sql for item in items)}))", BOOLEAN)

    def tuple_in_query(self, node, scope, bound, value=None):
        """(a, b) IN (query): a NULL leaves it open, unless another column differs."""
        kinds = [kind for _, kind in bound.columns]
        parts = [
            Value(f"struct_extract({value.sql}, {text(types.field_key(name, at))})", kind)
            for at, (name, kind) in enumerate(value.type.args[0])
        ]
        if isinstance(node.this, exp.Tuple):
            parts = [self.bind(part, scope) for part in node.this.expressions]
        self.check_in_types(node, [part.type for part in parts], kinds)
        label = self.fresh("found")
        names = [f"c{at}" for at in range(len(kinds))]
        tests = " AND ".join(
            self.compare(part, Value(f"{label}.{name}", kind), "=", node).sql
            for part, name, kind in zip(parts, names, kinds, strict=True)
        )
        rows = f"({bound.sql}) AS {label}({', '.join(names)})"
        sure = f"EXISTS (SELECT 1 FROM {rows} WHERE {tests})"
        above = node.parent
        while isinstance(above, (exp.And, exp.Paren)):
            above = above.parent
        if isinstance(above, exp.Where):  # NULL counts as false: a plain join finds the rows
            return Value(sure, BOOLEAN)
        undecided = f"EXISTS (SELECT 1 FROM {rows} WHERE ({tests}) IS NULL)"
        return Value(
            f"CASE WHEN {sure} THEN true WHEN {undecided} THEN NULL ELSE false END", BOOLEAN
        )

    def check_case(self, subject, operand, node):
        if self.common_type(subject.type, operand.type) is None:
            one, two = athena_name(subject.type), athena_name(operand.type)
            words = "CASE operand type does not match WHEN clause operand type"
            raise self.mismatch(f"{words}: {one} vs {two}", node)

    def check_in_types(self, node, mine, kinds):
        if len(mine) != len(kinds) or any(
            self.common_type(one, two) is None for one, two in zip(mine, kinds, strict=True)
        ):
            one, two = (types.row((None, kind) for kind in side) for side in (mine, kinds))
            raise self.mismatch(
                "Value expression and result of subquery must be of the same type: "
                f"{athena_name(one)} vs {athena_name(two)}",
                node,
                operator=True,
            )

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
