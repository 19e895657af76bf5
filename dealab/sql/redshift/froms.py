"""What only Redshift has in FROM: walks into SUPER values, UNNEST of them, GENERATE_SERIES.

https://docs.aws.amazon.com/redshift/latest/dg/r_FROM_clause30.html
https://docs.aws.amazon.com/redshift/latest/dg/query-super.html (read 2026-11-23)
"""

from sqlglot import exp

from dealab.sql.redshift.dialect import SuperPath
from dealab.sql.redshift.pivots import Pivots
from dealab.sql.scope import Column, Scope, Value
from dealab.sql.types import BIGINT, INTEGER, SUPER, TIMESTAMP, VARCHAR, quote

#: the types that a dot can walk into
_NAVIGABLE = ("super", "row", "map", "array")


class Froms(Pivots):
    """The part of Redshift's binder that deals with items of FROM."""

    in_join = False  # is the item of FROM at hand the right side of JOIN ... ON?

    def bind_item(self, node, scope, around):
        if isinstance(node, SuperPath):
            return self.bind_super_path(node, scope)
        if isinstance(node, exp.Values) or isinstance(node.this, exp.Values):
            return self.refuse_values(node)
        if node.args.get("pivots"):
            return self.bind_pivots(node, scope)
        if isinstance(node, exp.Table):
            if isinstance(node.this, exp.Anonymous) and not node.args.get("db"):
                return self.bind_table_function(node, scope)
            if not node.args.get("db") and self.is_element(node.name.lower(), scope):
                label, _ = self.alias_of(node)
                value = self.resolve([node.name.lower()], scope)
                return self.unnest_path(value, node, label or node.name.lower(), scope)
        return super().bind_item(node, scope, around)

    @staticmethod
    def is_element(name: str, scope: Scope) -> bool:
        """Tell whether a name in FROM is an element that an item to the left unnests."""
        return any(
            relation.alias == name and relation.element is not None for relation in scope.relations
        )

    def bind_super_path(self, node: SuperPath, scope) -> str:
        """FROM t, t.items[0].parts AS p AT i, and UNPIVOT t.object AS v AT k."""
        self.allow(node, {"this", "alias", "index", "object"})
        scope.clause = "FROM"
        value = self.bind(node.this, scope)
        alias, index = node.args.get("alias"), node.args.get("index")
        last = node.this
        while isinstance(last, exp.Bracket):
            last = last.this
        label = alias.name.lower() if alias is not None else last.output_name.lower() or "element"
        number = index.name.lower() if index is not None else None
        if node.args.get("object"):
            return self.unpivot_object(value, node, label, number, scope)
        return self.unnest_path(value, node, label, scope, number)

    def unpivot_object(self, value, node, label, key, scope) -> str:
        """UNPIVOT expression AS value AT attribute: one row for each attribute of an object."""
        value = self.settle(value)
        if value.type.name not in ("super", "null"):
            raise self.not_unnestable(value, node)
        columns = [(label, SUPER)]
        if key is not None:
            columns.append((key, VARCHAR))
        alias, inside = self.enter(scope, label, columns, [], node)
        self.element_scope(scope, label, SUPER)
        lists = [f"lab_values({value.sql})", f"lab_keys({value.sql})"]
        return self.unnested(lists[: len(inside)], alias, inside)

    def from_path(self, node, parts, label, names, scope):
        """FROM orders o, o.items AS item: unnest an array of a relation to the left."""
        aliases, here = set(), scope  # of this query, and of those around it
        while here is not None:
            aliases |= {relation.alias for relation in here.relations}
            here = here.parent
        if len(parts) < 2 or parts[0] not in aliases:
            return None
        value = self.resolve(parts, scope)
        return None if value is None else self.unnest_path(value, node, label or parts[-1], scope)

    def unnest_path(self, value, node, label, scope, index=None) -> str:
        element, source = self.elements(value, node)
        columns = [(label, element)]
        if index is not None:
            columns.append((index, BIGINT))
        alias, inside = self.enter(scope, label, columns, [], node)
        self.element_scope(scope, label, element)
        return self.unnested(numbered(source)[: len(inside)], alias, inside)

    def elements(self, value, node):
        """Return the type of the elements and DuckDB's list of them."""
        if value.type.name == "array":
            return value.type.args[0], value.sql
        if value.type.name in ("super", "row", "map"):
            whole = self.settle(value).sql
            return SUPER, f"CASE WHEN json_type({whole}) = 'ARRAY' THEN CAST({whole} AS JSON[]) END"
        raise self.not_unnestable(value, node)

    def unnested(self, lists: list[str], alias: str, inside: list[str]) -> str:
        """Return the DuckDB item that walks through lists side by side.

        The lists get a relation of their own first: DuckDB then unnests a plain column, which is
        fast and keeps the order of the elements. JOIN ... ON has no room for two relations.
        """
        if self.in_join:
            picks = (f"unnest({one}) AS {quote(n)}" for one, n in zip(lists, inside, strict=True))
            return f"LATERAL (SELECT {', '.join(picks)}) AS {quote(alias)}"
        step = self.fresh("list")
        made = ", ".join(f"{one} AS l{at}" for at, one in enumerate(lists))
        picks = ", ".join(f"unnest({step}.l{at}) AS {quote(n)}" for at, n in enumerate(inside))
        return (
            f"LATERAL (SELECT {made}) AS {step} "
            f"CROSS JOIN LATERAL (SELECT {picks}) AS {quote(alias)}"
        )

    def bind_join(self, join, scope, start, comma):
        before, self.in_join = self.in_join, not comma and join.args.get("kind") != "CROSS"
        try:
            return super().bind_join(join, scope, start, comma)
        finally:
            self.in_join = before

    def bind_unnest(self, node, scope: Scope) -> str:
        """UNNEST(t.items) AS u(item), UNNEST(t.items) WITH OFFSET AS u(item, position).

        https://docs.aws.amazon.com/redshift/latest/dg/r_FROM_clause-unnest-examples.html
        """
        self.allow(node, {"expressions", "alias", "offset"})
        label, names = self.alias_of(node)
        if len(node.expressions) != 1:
            raise self.error("42601", "UNNEST takes one expression", node)
        scope.clause = "FROM"
        value = self.bind(node.expressions[0], scope)
        element, source = self.elements(value, node)
        label = label or "unnest"
        columns = [(names[0] if names else label, element)]
        if node.args.get("offset"):
            columns.append((names[1] if len(names) > 1 else "offset_col", BIGINT))
        if len(names) > len(columns):
            raise self.alias_width(len(names), len(columns), node)
        alias, inside = self.enter(scope, label, columns, [], node)
        if not names or names[0] == label:
            self.element_scope(scope, label, element)
        return self.unnested(numbered(source)[: len(inside)], alias, inside)

    def element_scope(self, scope, label, element) -> None:
        """Let ``item.sku`` mean a field of the element as well as a column of the relation."""
        relation = scope.relations[-1]
        whole = relation.columns[0]
        if element.name == "row":
            for name, _ in element.args[0]:
                part = self.field(Value(whole.sql, element), name, None)
                relation.columns.append(Column(name, part.type, part.sql, hidden=True))
        relation.element = None if element.name == "row" else Value(whole.sql, element)

    def resolve_in(self, parts, scope):
        # the element itself, before a column of the same name in it: item.item
        if len(parts) > 1:
            for relation in scope.relations:
                if relation.element is not None and parts[0] == relation.alias:
                    columns = [c for c in relation.find(parts[1]) if c is not relation.columns[0]]
                    if not columns:
                        return relation.element, parts[1:]
        found = super().resolve_in(parts, scope)
        if found is not None and found[1] and found[0].type.name not in _NAVIGABLE:
            found = None  # b.i names a table of a query around this one, not a part of column b
        if found is not None:
            return found
        for relation in scope.relations:
            if relation.element is not None and parts[0] == relation.alias:
                return relation.element, parts[1:]
        return None

    # --- functions in FROM ------------------------------------------------------------

    def bind_table_function(self, node, scope) -> str:
        """FROM generate_series(1, 10) AS n: it runs on the leader node alone."""
        call = node.this
        if call.name.lower() != "generate_series":
            raise self.table_function(node)
        self.allow(node, {"this", "alias"})
        label, names = self.alias_of(node)
        series, kind = self.series(call, Scope(parent=scope.parent, clause="FROM"))
        label = label or "generate_series"
        columns = [(names[0] if names else label, kind)]
        alias, inside = self.enter(scope, label, columns, [], node)
        return f"(SELECT unnest({series}) AS {quote(inside[0])}) AS {quote(alias)}"

    def series(self, call, scope):
        """Return DuckDB's list for GENERATE_SERIES(start, stop [, step]) and its type."""
        self.leader.add("generate_series")
        values = [self.bind(part, scope) for part in call.expressions]
        if not 2 <= len(values) <= 3:
            raise self.no_overload("generate_series", call, values, call.expressions, [])
        kinds = {value.type.name for value in values[:2]}
        if kinds <= {"smallint", "integer", "bigint", "null"}:
            kind = BIGINT if any(v.type.name == "bigint" for v in values) else INTEGER
            if len(values) == 3 and values[2].type.name not in ("smallint", "integer", "bigint"):
                raise self.no_overload("generate_series", call, values, call.expressions, [])
            if len(values) == 3 and values[2].literal == 0:
                raise self.error("22023", "step size may not be 0", call)
            given = ", ".join(value.sql for value in values)
            listed = f"generate_series({given})"
            return f"CAST({listed} AS {'BIGINT' if kind == BIGINT else 'INTEGER'}[])", kind
        moments = kinds <= {"date", "timestamp"}
        if moments and len(values) == 3:
            step = values[2]
            if step.type.name == "literal":
                step = self.cast_value(step, self.interval_type, call)
            if step.type.name in ("interval_day", "interval_month"):
                one, two = (self.coerce(value, TIMESTAMP).sql for value in values[:2])
                return f"generate_series({one}, {two}, {step.sql})", TIMESTAMP
        raise self.no_overload("generate_series", call, values, call.expressions, [])


def numbered(source: str) -> list[str]:
    """Return the lists of an array's elements and of their indexes, from 0."""
    return [source, f"range(0, coalesce(len({source}), 0))"]
