"""PIVOT and UNPIVOT of tables, subqueries and common table expressions.

A PIVOT becomes the grouped query that it stands for: one aggregate of a CASE for each value. An
UNPIVOT lists the columns of a row and unnests them, so that the table is read once.

https://docs.aws.amazon.com/redshift/latest/dg/r_FROM_clause-pivot-unpivot-examples.html
"""

from sqlglot import exp

from dealab.sql.queries import Query
from dealab.sql.scope import Scope, inside_names
from dealab.sql.types import VARCHAR, quote, text

#: the aggregates that PIVOT takes
PIVOTED = ("count", "sum", "min", "max", "avg")


class Bound(exp.Expression):
    """The binder's own node: an item of FROM that is bound already, by its number."""

    arg_types = {"this": True}  # noqa: RUF012 - sqlglot's own way


class Pivots:
    """The part of Redshift's binder that turns rows to columns and back."""

    def bind_pivots(self, node, scope: Scope) -> str:
        pivots = node.args["pivots"]
        if len(pivots) > 1:
            word = "UNPIVOT" if pivots[1].args.get("unpivot") else "PIVOT"
            raise self.error("42601", f'syntax error at or near "{word}"', pivots[1])
        pivot = pivots[0]
        bare = node.copy()
        bare.set("pivots", None)
        self.allow(
            pivot,
            {
                "expressions",
                "fields",
                "unpivot",
                "include_nulls",
                "alias",
                "columns",
                "pivot_column_naming",
                "identify_pivot_strings",
                "prefixed_pivot_columns",
                "value_columns_first",
                "default_on_null",
            },
        )
        inner = Scope(parent=scope.parent, clause="FROM")
        inner.ctes = scope.ctes
        if isinstance(bare, exp.Table) and not bare.args.get("db") and self.from_cte(bare, scope):
            pass  # a common table expression is bound like a table
        item = super().bind_item(bare, inner, inner)
        if len(inner.relations) != 1 or item.startswith("LATERAL"):
            raise self.error("0A000", "PIVOT and UNPIVOT are not supported on joins", node)
        fields = pivot.args.get("fields") or []
        if len(fields) != 1 or not isinstance(fields[0], exp.In) or fields[0].args.get("query"):
            raise self.limit_node(pivot, "these fields")
        if pivot.args.get("unpivot"):
            query = self.unpivoted(pivot, fields[0], item, inner)
        else:
            query = self.pivoted(pivot, fields[0], item, inner)
        label, names = self.alias_of(pivot)
        alias, unique = self.enter(scope, label, query.columns, names, pivot)
        listed = ", ".join(quote(name) for name in unique)
        return f"({query.sql}) AS {quote(alias)}({listed})"

    @staticmethod
    def from_cte(node, scope) -> bool:
        return scope.cte(node.name.lower()) is not None

    def bind_item(self, node, scope, around):
        if isinstance(node, Bound):
            sql, relations, star = self.prebound[node.args["this"]]
            scope.relations.extend(relations)
            scope.star.extend(star)
            return sql
        return super().bind_item(node, scope, around)

    def pivoted(self, pivot, field: exp.In, item: str, inner: Scope) -> Query:
        key = field.this
        used = {key.name.lower()}
        aggregates = []
        for part in pivot.expressions:
            alias = part.alias.lower() if isinstance(part, exp.Alias) else ""
            call = part.this if isinstance(part, exp.Alias) else part
            if not isinstance(call, exp.Anonymous) or call.name.lower() not in PIVOTED:
                raise self.error("42601", "PIVOT takes COUNT, SUM, MIN, MAX or AVG", call)
            used |= {column.name.lower() for column in call.find_all(exp.Column)}
            aggregates.append((call, alias))
        items, keep = [], []
        for _, column in inner.star:
            if column.name not in used:
                keep.append(exp.column(column.name, quoted=True))
        for entry in field.expressions:
            value = entry.this if isinstance(entry, (exp.PivotAlias, exp.Alias)) else entry
            named = entry.args["alias"].name.lower() if value is not entry else default_name(value)
            if value.find(exp.Column, exp.Subquery):
                raise self.error("0A000", "PIVOT IN list values cannot be column references", value)
            if isinstance(value, exp.Null):
                test = exp.Is(this=key.copy(), expression=exp.Null())
            else:
                test = exp.EQ(this=key.copy(), expression=value.copy())
            for call, alias in aggregates:
                label = f"{named}_{alias}" if alias else named
                items.append(exp.alias_(only_where(call, test), label, quoted=True))
        number = len(self.prebound)
        self.prebound.append((item, inner.relations, inner.star))
        select = exp.Select(expressions=[*keep, *items], from_=exp.From(this=Bound(this=number)))
        if keep:
            select.set("group", exp.Group(expressions=[part.copy() for part in keep]))
        outer = Scope(parent=inner.parent)
        outer.ctes = inner.ctes
        return self.bind_query(select, outer)

    def unpivoted(self, pivot, field: exp.In, item: str, inner: Scope) -> Query:
        names, values, used = [], [], set()
        for entry in field.expressions:
            column = entry.this if isinstance(entry, (exp.PivotAlias, exp.Alias)) else entry
            if not isinstance(column, exp.Column):
                raise self.error("0A000", "UNPIVOT IN list takes column references", entry)
            alias = entry.args["alias"] if column is not entry else None
            used.add(column.name.lower())
            names.append((alias.name if alias is not None else column.name).lower())
            values.append(self.bind(column, inner))
        values, kind = self.unify(values, pivot, "UNPIVOT")
        keep = [column for _, column in inner.star if column.name not in used]
        if len(pivot.expressions) != 1:
            raise self.limit_node(pivot, "several value columns")
        labels = [column.name for column in keep]
        inside = inside_names([*labels, field.this.name.lower(), pivot.expressions[0].name.lower()])
        picks = [f"{c.sql} AS {quote(n)}" for c, n in zip(keep, inside, strict=False)]
        picks.append(f"unnest([{', '.join(text(name) for name in names)}]) AS {quote(inside[-2])}")
        picks.append(f"unnest([{', '.join(v.sql for v in values)}]) AS {quote(inside[-1])}")
        sql = f"SELECT {', '.join(picks)} FROM {item}"
        if not pivot.args.get("include_nulls"):
            sql = f"SELECT * FROM ({sql}) WHERE {quote(inside[-1])} IS NOT NULL"
        columns = [
            *((column.name, column.type) for column in keep),
            (field.this.name.lower(), VARCHAR),
            (pivot.expressions[0].name.lower(), kind),
        ]
        return Query(sql, columns)


def default_name(value) -> str:
    """Return the column's name for a value of PIVOT's IN list without an alias."""
    if isinstance(value, exp.Null):
        return "null"
    if isinstance(value, exp.Literal):
        return value.this.lower()
    if isinstance(value, exp.Boolean):
        return str(value.this).lower()
    return "?column?"


def only_where(call, test):
    """Return the aggregate over the rows that the test selects: its argument inside a CASE."""
    made = call.copy()
    inner = made.expressions
    distinct = inner[0] if inner and isinstance(inner[0], exp.Distinct) else None
    parts = distinct.expressions if distinct is not None else inner
    counted = exp.Literal.number(1) if isinstance(parts[0], exp.Star) else parts[0]
    case = exp.Case(ifs=[exp.If(this=test.copy(), true=counted.copy())])
    if distinct is not None:
        made.set("expressions", [exp.Distinct(expressions=[case])])
    else:
        made.set("expressions", [case])
    return made
