"""Binding queries: SELECT, set operations, VALUES, WITH, and what stands in FROM.

Each query becomes DuckDB text plus its output columns (the service's names and types). The parts of
every clause that may be set are listed; anything else is refused by name.
"""

import re
from dataclasses import dataclass

from sqlglot import exp

from dealab.sql import ties, types
from dealab.sql.errors import LabLimit, ServiceError
from dealab.sql.expressions import Expressions
from dealab.sql.nodes import binds
from dealab.sql.relations import Relations
from dealab.sql.scope import DEPTH, Column, Grouping, Relation, Scope, Value, inside_names
from dealab.sql.types import NULL, Type, duck_name, quote


class NextStep(exp.Expression):
    """The binder's own node: one more than the depth of the recursive row."""

    arg_types = {}  # noqa: RUF012 - sqlglot's own way


class WithinDepth(exp.Expression):
    """The binder's own node: the step's condition, then the check of the depth."""

    arg_types = {"this": False}  # noqa: RUF012


_PARAMETERS = re.compile(r"\blambda ([\w, ]+):")
_MEMBER = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|(?<![\w.])(\w+)\.(?=[A-Za-z_"])""")


def members(sql: str) -> str:
    """Write a lambda parameter's field as ``(p).f``: DuckDB's HAVING takes ``p.f`` for a column."""
    names = {name.strip() for found in _PARAMETERS.findall(sql) for name in found.split(",")}
    if not names:
        return sql
    return _MEMBER.sub(lambda m: f"({m[1]})." if m[1] in names else m[0], sql)


@dataclass(slots=True)
class Query:
    """A bound query: DuckDB text and output columns."""

    sql: str
    columns: list[tuple[str, Type]]


class Queries(Relations, Expressions):
    """Binds whole queries. Subclassed once per service."""

    #: parts of SELECT that are bound somewhere below
    SELECT_PARTS = frozenset(
        [
            "expressions",
            "with_",
            "from_",
            "joins",
            "where",
            "group",
            "having",
            "qualify",
            "windows",
            "distinct",
            "order",
            "limit",
            "offset",
            "laterals",
            "sample",
        ]
    )

    def check_parameters(self) -> None:
        """Refuse values that no ``?`` took."""
        if len(self.used_parameters) < len(self.parameters):
            raise self.missing_parameter(None, len(self.used_parameters))

    # --- queries ----------------------------------------------------------------------

    def bind_query(self, node, parent: Scope | None) -> Query:
        match node:
            case exp.Subquery():
                return self.bind_wrapped(node, parent)
            case exp.SetOperation():
                return self.bind_set_operation(node, parent)
            case exp.Values():
                return self.bind_values(node, parent)
            case exp.Select():
                return self.bind_select(node, parent)
        raise self.limit_node(node)

    def allow(self, node, allowed) -> None:
        for part, value in node.args.items():
            if part not in allowed and value not in (None, False, []):
                raise self.limit_node(node, part)

    def bind_wrapped(self, node, parent) -> Query:
        """A query in parentheses, perhaps with WITH, ORDER BY or LIMIT around it."""
        self.allow(node, {"this", "with_", "order", "limit", "offset"})
        scope = Scope(parent=parent)
        prefix = self.bind_with(node.args.get("with_"), scope)
        inner = self.bind_query(node.this, scope if prefix else parent)
        if not (
            prefix or node.args.get("order") or node.args.get("limit") or node.args.get("offset")
        ):
            return inner
        return self.around(inner, node, parent, prefix)

    def around(self, inner: Query, node, parent, prefix: str) -> Query:
        """Put ORDER BY, LIMIT and OFFSET around a query that has only output columns."""
        names = inside_names([name for name, _ in inner.columns])
        relation = Relation(
            "result",
            [
                Column(name, kind, f'"result".{quote(inside)}')
                for (name, kind), inside in zip(inner.columns, names, strict=True)
            ],
        )
        scope = Scope(parent=parent, clause="ORDER BY")
        scope.add(relation)
        tail = ""
        order = node.args.get("order")
        keys = []
        if order is not None:
            items = []
            for item in order.expressions:
                place = self.output_position(item.this, inner.columns)
                key = relation.columns[place - 1].sql if place else self.bind(item.this, scope).sql
                items.append((str(place) if place else key) + self.direction(item))
                keys.append((key, self.direction(item)))
            tail += " ORDER BY " + ", ".join(items)
        limit = self.limit_text(node, scope)
        columns = ", ".join(f'"result".{quote(name)}' for name in names)
        listed = ", ".join(quote(name) for name in names)
        if ties.wanted(node):
            head, body = f"{prefix}SELECT {columns}", f'FROM ({inner.sql}) AS "result"({listed})'
            return Query(self.with_ties(node, scope, head, body, names, keys), inner.columns)
        sql = f'{prefix}SELECT {columns} FROM ({inner.sql}) AS "result"({listed}){tail}{limit}'
        return Query(sql, inner.columns)

    def bind_set_operation(self, node, parent) -> Query:
        self.allow(node, {"this", "expression", "distinct", "with_", "order", "limit", "offset"})
        scope = Scope(parent=parent)
        prefix = self.bind_with(node.args.get("with_"), scope)
        above = scope if prefix else parent
        for side in (node.this, node.expression):
            # SELECT ... ORDER BY x UNION SELECT ...: only parentheses make that a query
            if not isinstance(side, exp.Subquery) and self.has_tail(side, ("order", "limit")):
                raise self.foreign(side)
        word = {exp.Union: "UNION", exp.Intersect: "INTERSECT", exp.Except: "EXCEPT"}[type(node)]
        left, right = self.bind_query(node.this, above), self.bind_query(node.expression, above)
        inner = self.combine(word, bool(node.args.get("distinct")), left, right, node)
        if node.args.get("order") or node.args.get("limit") or node.args.get("offset"):
            return self.around(inner, node, above, prefix)
        inner.sql = prefix + inner.sql
        return inner

    def combine(self, word: str, distinct: bool, left: Query, right: Query, node) -> Query:
        if len(left.columns) != len(right.columns):
            raise self.set_width(word, left, right, node)
        kinds = []
        for at, ((_, one), (_, two)) in enumerate(zip(left.columns, right.columns, strict=True), 1):
            common = self.common_type(one, two)
            if common is None:
                raise self.set_types(word, at, one, two, node)
            kinds.append(common)
        operator = word if distinct else f"{word} ALL"
        sql = f"({self.retyped(left, kinds)}) {operator} ({self.retyped(right, kinds)})"
        columns = [(name, kind) for (name, _), kind in zip(left.columns, kinds, strict=True)]
        return Query(sql, columns)

    def retyped(self, query: Query, kinds: list[Type]) -> str:
        """Return the query with its columns cast where the set operation widens their types."""
        if all(
            duck_name(kind) == duck_name(old) and old != NULL
            for (_, old), kind in zip(query.columns, kinds, strict=True)
        ):
            return query.sql
        names = [f"c{at}" for at in range(len(kinds))]
        casts = [
            self.coerce(Value(f"side.{name}", old), kind).sql
            for name, (_, old), kind in zip(names, query.columns, kinds, strict=True)
        ]
        return f"SELECT {', '.join(casts)} FROM ({query.sql}) AS side({', '.join(names)})"

    def values_row(self, values: list[Value]) -> list[Value]:
        """A hook: in Trino a row alone is a row of VALUES, ``VALUES ROW(1, 2)``."""
        return values

    def bind_values(self, node, parent) -> Query:
        self.allow(node, {"expressions", "with_", "order", "limit", "offset"})
        scope = Scope(parent=parent, clause="VALUES")
        prefix = self.bind_with(node.args.get("with_"), scope)
        rows = []
        for item in node.expressions:
            cells = item.expressions if isinstance(item, exp.Tuple) else [item]
            if len(cells) == 1 and isinstance(cells[0], exp.Tuple):
                cells = cells[0].expressions
            rows.append(self.values_row([self.bind(cell, scope) for cell in cells]))
        if len({len(row) for row in rows}) != 1:
            raise self.values_width(rows, node)
        kinds = []
        for column in zip(*rows, strict=True):
            kind = NULL
            for value in column:
                common = self.common_type(kind, value.type)
                if common is None:
                    raise self.values_types(rows, node)
                kind = common
            kinds.append(kind)
        lines = [
            "(" + ", ".join(self.coerce(v, k).sql for v, k in zip(row, kinds, strict=True)) + ")"
            for row in rows
        ]
        names = [self.unnamed(at, None) for at in range(len(kinds))]
        inner = Query(
            f"SELECT * FROM (VALUES {', '.join(lines)})", list(zip(names, kinds, strict=True))
        )
        if node.args.get("order") or node.args.get("limit") or node.args.get("offset"):
            return self.around(inner, node, parent, prefix)
        inner.sql = prefix + inner.sql
        return inner

    # --- WITH -------------------------------------------------------------------------

    #: how a common table expression is written for DuckDB
    CTE_HINT = ""

    def bind_with(self, node, scope: Scope) -> str:
        if node is None:
            return ""
        self.allow(node, {"expressions", "recursive"})
        written = []
        for cte in node.expressions:
            self.allow(cte, {"this", "alias"})
            label = cte.args["alias"].this.name.lower()
            names = [column.name.lower() for column in cte.args["alias"].args.get("columns") or ()]
            if label in scope.ctes:
                raise self.duplicate_cte(label, cte)
            recursive = bool(node.args.get("recursive")) and self.refers_to(cte.this, label)
            query = (
                self.bind_recursive(cte, label, names, scope)
                if recursive
                else self.bind_query(cte.this, scope)
            )
            deep = recursive and query.columns[-1][0] == DEPTH
            columns = self.renamed(query.columns[:-1] if deep else query.columns, names, cte)
            scope.ctes[label] = columns
            inside = inside_names([name for name, _ in columns])
            listed = ", ".join(quote(name) for name in [*inside, DEPTH][: len(inside) + deep])
            hint = "" if recursive else self.CTE_HINT
            written.append(f"{quote(label)}({listed}) AS {hint}({query.sql})")
        word = "WITH RECURSIVE " if node.args.get("recursive") else "WITH "
        return word + ", ".join(written) + " "

    @staticmethod
    def refers_to(node, label: str) -> bool:
        return any(
            table.name.lower() == label and not table.args.get("db")
            for table in node.find_all(exp.Table)
        )

    def bind_recursive(self, cte, label: str, names: list[str], scope: Scope) -> Query:
        body = cte.this
        if not isinstance(body, exp.Union):
            raise self.bad_recursion(label, cte)
        anchor = self.bind_query(body.this, scope)
        columns = self.renamed(anchor.columns, names, cte)
        counted = self.MAX_RECURSION and isinstance(body.expression, exp.Select)
        scope.ctes[label] = [*columns, (DEPTH, types.INTEGER)] if counted else columns
        try:
            step = self.bind_query(
                self.counting(body.expression) if counted else body.expression, scope
            )
        finally:
            del scope.ctes[label]
        if counted:
            anchor = Query(
                f"SELECT *, 0 FROM ({anchor.sql})", [*anchor.columns, (DEPTH, types.INTEGER)]
            )
        if len(step.columns) != len(anchor.columns):
            raise self.set_width("UNION", anchor, step, body)
        # The anchor's types hold: a step of another type is cast to them, or refused.
        kinds = [kind for _, kind in anchor.columns]
        for at, ((_, one), (_, two)) in enumerate(
            zip(anchor.columns, step.columns, strict=True), 1
        ):
            if self.common_type(one, two) is None:
                raise self.set_types("UNION", at, one, two, body)
        operator = "UNION" if body.args.get("distinct") else "UNION ALL"
        sql = f"({self.retyped(anchor, kinds)}) {operator} ({self.retyped(step, kinds)})"
        return Query(sql, anchor.columns)

    #: how deep a recursive query may go; 0 where the service names no limit
    MAX_RECURSION = 0

    def counting(self, select):
        """Return the recursive step with a hidden column that counts the steps taken.

        The count is checked in WHERE, behind the step's own condition: DuckDB would drop a column
        that nothing reads.
        """
        counted = select.copy()
        counted.set("expressions", [*counted.expressions, exp.alias_(NextStep(), DEPTH)])
        where = counted.args.get("where")
        counted.set("where", exp.Where(this=WithinDepth(this=where.this if where else None)))
        return counted

    @binds(NextStep)
    def next_step(self, node, scope):
        depth = self.resolve([DEPTH], scope)
        return Value(f"({depth.sql} + 1)", types.INTEGER)

    @binds(WithinDepth, "this")
    def within_depth(self, node, scope):
        test = "true"
        if node.this is not None:
            test = self.condition(node.this, scope, "WHERE clause").sql
        depth = self.resolve([DEPTH], scope)
        return Value(
            f"CASE WHEN {test} THEN lab_within({depth.sql}, {self.MAX_RECURSION}) ELSE false END",
            types.BOOLEAN,
        )

    def renamed(self, columns, names: list[str], node):
        if not names:
            return [(name.lower(), kind) for name, kind in columns]
        if len(names) != len(columns):
            raise self.alias_width(len(names), len(columns), node)
        return [(name, kind) for name, (_, kind) in zip(names, columns, strict=True)]

    # --- SELECT -----------------------------------------------------------------------

    def bind_select(self, node, parent: Scope | None) -> Query:
        self.allow(node, self.SELECT_PARTS)
        scope = Scope(parent=parent)
        prefix = self.bind_with(node.args.get("with_"), scope)
        if not node.expressions:
            raise self.empty_select(node)
        scope.select_names = {item.alias.lower() for item in node.expressions if item.alias}
        tables = self.bind_from(node, scope)
        # The parser hangs TABLESAMPLE after a subquery on the SELECT: it belongs to the last item.
        tables += self.last_sample(node, scope)
        where = ""
        if node.args.get("where") is not None:
            scope.clause = "WHERE"
            where = " WHERE " + self.condition(node.args["where"].this, scope, "WHERE clause").sql
        for window in node.args.get("windows") or ():
            scope.clause = "SELECT"
            label = window.this.name.lower()
            if label in scope.windows:
                raise self.bad_base("twice", window.this)
            scope.windows[label] = self.window_parts(window, scope)
        items = self.expand_stars(node.expressions, scope)
        grouped, group_text = self.bind_group(node, items, scope)
        if grouped:
            scope.grouping = group_text[1]
        scope.clause = "SELECT"
        outputs = self.bind_items(items, scope)
        having = ""
        if node.args.get("having") is not None:
            scope.clause = "HAVING"
            test = self.condition(node.args["having"].this, scope, "HAVING clause").sql
            having = " HAVING " + members(test)
        qualify = ""
        if node.args.get("qualify") is not None:
            scope.clause = "QUALIFY"
            qualify = (
                " QUALIFY " + self.condition(node.args["qualify"].this, scope, "QUALIFY clause").sql
            )
        distinct = node.args.get("distinct")
        if distinct is not None:
            self.allow(distinct, {"on"})
            if distinct.args.get("on"):
                raise self.limit_node(distinct, "on")
        order = self.bind_order(node, outputs, scope, distinct is not None)
        limit = self.limit_text(node, scope)
        names = inside_names([name for name, _ in outputs])
        listed = ", ".join(
            f"{value.sql} AS {quote(name)}" for name, (_, value) in zip(names, outputs, strict=True)
        )
        word = "SELECT DISTINCT" if distinct is not None else "SELECT"
        columns = [(name, value.type) for name, value in outputs]
        body = f"{tables}{where}{group_text[0]}{having}{qualify}"
        if ties.wanted(node):
            head = f"{prefix}{word} {listed}"
            keys = [(key, way) for _, key, way in scope.order_keys]
            if distinct is not None:  # the keys are columns of the result
                head, body = "SELECT *", f"FROM ({head}{body})"
                keys = [(quote(names[at - 1]), way) for at, _, way in scope.order_keys]
            return Query(self.with_ties(node, scope, head, body, names, keys), columns)
        sql = f"{prefix}{word} {listed}{body}{order}{limit}"
        return Query(sql, columns)

    def last_sample(self, node, scope: Scope) -> str:
        sample = node.args.get("sample")
        joins = node.args.get("joins")
        last = joins[-1].this if joins else node.args["from_"].this if sample else None
        if sample is not None and isinstance(last, (exp.Unnest, exp.Lateral)):
            raise LabLimit(
                "TABLESAMPLE behind UNNEST or LATERAL", f"{self.service} samples their rows."
            )
        return self.sample_text(sample, scope)

    def expand_stars(self, nodes, scope: Scope) -> list:
        """Return select items as (name or None, node or Value); stars become their columns."""
        items = []
        for node in nodes:
            if isinstance(node, exp.Star):
                items.extend(self.star_items(node, scope.star, scope, None))
            elif isinstance(node, exp.Column) and isinstance(node.this, exp.Star):
                items.extend(self.qualified_star(node, scope))
            elif isinstance(node, exp.Alias):
                self.allow(node, {"this", "alias"})
                items.append((self.shown_name(node.args["alias"].name), node.this))
            elif isinstance(node, exp.Aliases):
                items.extend(self.named_star(node, scope))
            elif isinstance(node, exp.Dot) and isinstance(node.expression, exp.Star):
                items.extend(self.row_star(node, scope))
            else:
                items.append((None, node))
        return items

    def star_items(self, star, columns, scope, alias) -> list:
        self.allow(star, self.STAR_PARTS)
        if not scope.relations:
            raise self.star_without_from(star)
        left_out = {name.name.lower() for name in star.args.get("except_") or ()}
        for label, column in columns:
            if column.name not in left_out:
                self.check_allowed(column, label)
        return [
            (column.name, Value(column.sql, column.type))
            for _, column in columns
            if column.name not in left_out
        ]

    STAR_PARTS = frozenset()

    def named_star(self, node, scope) -> list:
        """A hook: Trino names the columns of a star (t.* AS (a, b))."""
        raise self.limit_node(node)

    def row_star(self, node, scope) -> list:
        """A hook: Trino spreads a row's fields over columns (row.*)."""
        raise self.limit_node(node)

    def qualified_star(self, node, scope: Scope) -> list:
        path = tuple(part.name.lower() for part in node.parts[:-1])
        here = scope
        for relation in here.relations:
            if path == (relation.alias,) or relation.path[-len(path) :] == path:
                pairs = [(relation.alias, c) for c in relation.columns if not c.hidden]
                return self.star_items(node.this, pairs, scope, relation.alias)
        found = self.resolve(list(path), scope)
        if found is not None and found.type.name == "row":
            return [(name, self.field(found, name, node)) for name, _ in found.type.args[0]]
        raise self.unknown_relation(path, node, scope)

    def bind_items(self, items, scope: Scope) -> list[tuple[str, Value]]:
        outputs = []
        for at, (name, node) in enumerate(items):
            if isinstance(node, Value):
                if scope.grouping is not None:
                    self.check_grouped(node, scope, scope)
                value = node
            else:
                value = self.settle(self.bind(node, scope))
            shown = name or (
                self.unnamed(at, None) if isinstance(node, Value) else self.item_name(node, at)
            )
            outputs.append((shown, value))
            self.note_alias(name, value, scope)
        return outputs

    @staticmethod
    def shown_name(name: str) -> str:
        """Return an output name as the service shows it. A hook: Redshift folds it."""
        return name

    def settle(self, value: Value) -> Value:
        """A hook: give an output column its final type."""
        return value

    def note_alias(self, name, value, scope) -> None:
        """A hook: Redshift lets later items use an alias."""

    def item_name(self, node, at: int) -> str:
        if isinstance(node, exp.Column):
            return self.shown_name(node.name)
        if isinstance(node, exp.Dot) and isinstance(node.expression, exp.Identifier):
            return self.shown_name(node.expression.name)
        if isinstance(node, exp.Paren):
            return self.item_name(node.this, at)
        return self.unnamed(at, node)

    def unnamed(self, at: int, node) -> str:
        raise NotImplementedError

    # --- GROUP BY ---------------------------------------------------------------------

    def bind_group(self, node, items, scope: Scope):
        """Return (is the query grouped, (text of GROUP BY, its Grouping))."""
        group = node.args.get("group")
        grouped = (
            group is not None
            or node.args.get("having") is not None
            or any(self.has_aggregate(item) for _, item in items if not isinstance(item, Value))
        )
        for clause in ("order", "qualify"):
            part = node.args.get(clause)
            grouped = grouped or (part is not None and self.has_aggregate(part))
        if not grouped:
            return False, ("", None)
        grouping = Grouping()
        if group is None:
            # one row, also where the text has lost its aggregate: typeof(sum(x)) is a constant
            return True, (" GROUP BY ()", grouping)
        scope.clause = "GROUP BY"
        parts = []
        self.allow(group, {"expressions", "cube", "rollup", "grouping_sets", "all", "distinct"})
        if group.args.get("all") is False:
            return True, (self.distinct_sets(group, items, scope, grouping), grouping)
        for item in group.expressions:
            parts.append(self.group_item(item, items, scope, grouping))
        for kind in ("cube", "rollup", "grouping_sets"):
            for entry in group.args.get(kind) or ():
                parts.append(self.group_item(entry, items, scope, grouping))
        if not parts:
            raise self.empty_group(group)
        return True, (" GROUP BY " + ", ".join(parts), grouping)

    def distinct_sets(self, group, items, scope, grouping: Grouping) -> str:
        """GROUP BY DISTINCT: every grouping set once."""
        listed = [
            *group.expressions,
            *(
                entry
                for kind in ("cube", "rollup", "grouping_sets")
                for entry in group.args.get(kind) or ()
            ),
        ]
        found = [()]
        for entry in listed:
            found = [
                one + two
                for one in found
                for two in self.grouping_sets(entry, items, scope, grouping)
            ]
        unique = {frozenset(one): list(dict.fromkeys(one)) for one in found}
        return (
            " GROUP BY GROUPING SETS ("
            + ", ".join(f"({', '.join(one)})" for one in unique.values())
            + ")"
        )

    def grouping_sets(self, entry, items, scope, grouping: Grouping) -> list[tuple[str, ...]]:
        """Return the grouping sets that one element of GROUP BY stands for."""

        def keys(part) -> tuple[str, ...]:
            parts = part.expressions if isinstance(part, exp.Tuple) else [part]
            return tuple(self.group_item(one, items, scope, grouping) for one in parts)

        match entry:
            case exp.GroupingSets():
                return [
                    one
                    for part in entry.expressions
                    for one in self.grouping_sets(part, items, scope, grouping)
                ]
            case exp.Rollup():
                parts = [keys(part) for part in entry.expressions]
                return [sum(parts[:at], ()) for at in range(len(parts), -1, -1)]
            case exp.Cube():
                found: list[tuple[str, ...]] = [()]
                for part in reversed([keys(part) for part in entry.expressions]):
                    found = [part + one for one in found] + found
                return found
        return [keys(entry)]

    def check_grouping_element(self, item) -> None:
        """A hook: Trino takes nothing but columns inside CUBE, ROLLUP and GROUPING SETS."""

    def group_item(self, item, items, scope, grouping: Grouping) -> str:
        match item:
            case exp.Cube() | exp.Rollup() | exp.GroupingSets():
                word = {exp.Cube: "CUBE", exp.Rollup: "ROLLUP", exp.GroupingSets: "GROUPING SETS"}
                self.check_grouping_element(item)
                inner = [self.group_item(part, items, scope, grouping) for part in item.expressions]
                return f"{word[type(item)]} ({', '.join(inner)})"
            case exp.Tuple():
                inner = [self.group_item(part, items, scope, grouping) for part in item.expressions]
                return f"({', '.join(inner)})"
            case exp.Paren():
                return self.group_item(item.this, items, scope, grouping)
            case exp.Literal() if not item.is_string and item.this.isdigit():
                at = int(item.this)
                if not 1 <= at <= len(items):
                    raise self.group_position(at, item)
                chosen = items[at - 1][1]
                value = chosen if isinstance(chosen, Value) else self.steady_key(chosen, scope)
                self.note_key(value, chosen, grouping)
                return value.sql if not self.is_constant(chosen) else str(at)
        named = self.group_name(item, items, scope)
        node = item if named is None else named
        value = node if isinstance(node, Value) else self.steady_key(node, scope)
        self.note_key(value, node, grouping)
        return value.sql

    def steady_key(self, node, scope) -> Value:
        with self.steady():
            return self.group_key(node, scope)

    def group_key(self, node, scope) -> Value:
        return self.bind(node, scope)

    def group_name(self, item, items, scope):
        """A hook: the select item that a name in GROUP BY stands for (Redshift), or None."""
        return None

    def note_key(self, value: Value, node, grouping: Grouping) -> None:
        grouping.keys.add(value.sql)
        if not isinstance(node, Value) and not isinstance(node, exp.Column):
            grouping.composite = True

    def has_aggregate(self, node) -> bool:
        """Tell whether an aggregate call stands in this expression (not in a subquery of it)."""
        stack = [node]
        while stack:
            current = stack.pop()
            if isinstance(current, (exp.Subquery, exp.Select, exp.SetOperation)):
                continue
            if isinstance(current, exp.Window):
                inner = current.this
                while isinstance(
                    inner, (exp.Filter, exp.WithinGroup, exp.IgnoreNulls, exp.RespectNulls)
                ):
                    inner = inner.this
                stack.extend(inner.iter_expressions())
                stack.extend(
                    child for child in current.iter_expressions() if child is not current.this
                )
                continue
            if isinstance(current, exp.Anonymous) and current.name.lower() in self.AGGREGATES:
                return True
            stack.extend(current.iter_expressions())
        return False

    # --- ORDER BY, LIMIT --------------------------------------------------------------

    def output_position(self, node, columns) -> int | None:
        """Return the 1-based output column that an ORDER BY item names, if it does."""
        if isinstance(node, exp.Paren):
            return self.output_position(node.this, columns)
        if isinstance(node, exp.Literal) and not node.is_string and node.this.isdigit():
            at = int(node.this)
            if not 1 <= at <= len(columns):
                raise self.order_position(at, node)
            return at
        if isinstance(node, exp.Column) and len(node.parts) == 1:
            named = [
                at for at, (name, _) in enumerate(columns, 1) if name.lower() == node.name.lower()
            ]
            if len(named) == 1:
                return named[0]
            if len(named) > 1:
                return self.many_outputs(node, named, columns)
        return None

    def many_outputs(self, node, named, columns) -> int | None:
        return None

    def bind_order(self, node, outputs, scope: Scope, distinct: bool) -> str:
        order = node.args.get("order")
        if order is None:
            return ""
        self.allow(order, {"expressions"})
        scope.clause = "ORDER BY"
        scope.aliases = {name.lower(): value for name, value in reversed(outputs)}
        by_text = {value.sql: at for at, (_, value) in enumerate(outputs, 1)}
        items = []
        for item in order.expressions:
            for part, value in item.args.items():
                if part not in ("this", "desc", "nulls_first") and value:
                    raise self.limit_node(item, part)
            at = self.output_position(item.this, outputs)
            if at is None:
                value = self.order_value(item.this, scope)
                at = by_text.get(value.sql)
                if at is None and distinct:
                    raise self.order_of_distinct(item)
                if at is None and not self.is_constant(item.this):
                    key = self.orderable(value, item.this).sql
                    items.append(key + self.direction(item))
                    scope.order_keys.append((None, key, self.direction(item)))
                    continue
                if at is None:
                    continue  # ordering by a constant orders nothing
            output = outputs[at - 1][1]
            ordered = self.orderable(output, item.this)
            items.append((str(at) if ordered is output else ordered.sql) + self.direction(item))
            scope.order_keys.append((at, ordered.sql, self.direction(item)))
        return " ORDER BY " + ", ".join(items) if items else ""

    def order_value(self, node, scope) -> Value:
        return self.bind(node, scope)

    def limit_text(self, node, scope) -> str:
        sql = ""
        limit, offset = node.args.get("limit"), node.args.get("offset")
        if limit is not None:
            if isinstance(limit, exp.Fetch):
                self.allow(limit, {"direction", "count", "limit_options"})
                options = limit.args.get("limit_options")
                if options is not None and options.args.get("percent"):
                    raise self.limit_node(limit, "PERCENT")
                if ties.wanted(node) and not self.WITH_TIES:
                    raise self.limit_node(limit, "WITH TIES")
                count = limit.args.get("count") or exp.Literal.number(1)
                self.check_fetch(count)
            else:
                self.allow(limit, {"expression", "offset"})
                count = limit.expression
                offset = offset or limit.args.get("offset")
            everything = isinstance(count, (exp.Column, exp.Var)) and count.name.lower() == "all"
            if not everything:
                sql += f" LIMIT {self.row_count(count, scope, 'LIMIT')}"
        if offset is not None:
            self.allow(offset, {"expression"}) if isinstance(offset, exp.Offset) else None
            inner = offset.expression if isinstance(offset, exp.Offset) else offset
            sql += f" OFFSET {self.row_count(inner, scope, 'OFFSET')}"
        return sql

    #: does the service have FETCH FIRST n ROWS WITH TIES?
    WITH_TIES = False

    def check_fetch(self, count) -> None:
        """A hook: Trino fetches one row at least."""

    def with_ties(self, node, scope, head: str, body: str, names, keys) -> str:
        """Return the query with FETCH FIRST n ROWS WITH TIES."""
        if not keys:
            raise self.ties_without_order(node.args["limit"])
        count = node.args["limit"].args.get("count") or exp.Literal.number(1)
        offset = node.args.get("offset")
        skipped = int(self.row_count(offset.expression, scope, "OFFSET")) if offset else 0
        kept = int(self.row_count(count, scope, "LIMIT"))
        return ties.ranked(head, body, names, keys, skipped, kept)

    def ties_without_order(self, node) -> ServiceError:
        return self.limit_node(node, "with ties")

    def row_count(self, node, scope, word: str) -> str:
        value = self.bind(node, Scope(parent=None, clause=word))
        if (
            not isinstance(value.literal, int)
            or isinstance(value.literal, bool)
            or value.literal < 0
        ):
            raise self.bad_limit(word, node, value)
        return str(value.literal)
