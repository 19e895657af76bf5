"""START WITH ... CONNECT BY: a hierarchy becomes a recursive query under the rest of the SELECT.

https://docs.aws.amazon.com/redshift/latest/dg/r_CONNECT_BY_clause.html (read 2026-11-23)
"""

from dataclasses import replace

from sqlglot import exp

from dealab.sql.nodes import binds
from dealab.sql.scope import Column, Relation, Scope, Value
from dealab.sql.types import INTEGER

_TREE = '"lab tree"'


class Hierarchies:
    """The part of Redshift's binder that deals with CONNECT BY.

    FROM and its joins come first, then the hierarchy, then WHERE. Each row of the tree carries its
    columns (c0, c1, ...), those of its parent (q0, q1, ...) and its level.
    """

    def bind_from(self, node, scope: Scope) -> str:
        tables = super().bind_from(node, scope)
        connect = node.args.get("connect")
        if connect is None:
            return tables
        return self.bind_connect(connect, tables, scope)

    def bind_connect(self, connect, tables: str, scope: Scope) -> str:
        self.allow(connect, {"start", "connect"})
        if not tables or connect.args.get("connect") is None:
            raise self.error("42601", "syntax error in CONNECT BY", connect)
        if connect.args["connect"].find(exp.Prior) is None:
            raise self.error("42601", "CONNECT BY needs a condition with PRIOR", connect)
        columns = [column for relation in scope.relations for column in relation.columns]
        numbers = {id(column): at for at, column in enumerate(columns)}
        texts = {column.sql: at for at, column in enumerate(columns)}
        base = ", ".join(f"{column.sql} AS c{at}" for at, column in enumerate(columns))
        base = f"(SELECT {base}{tables})"

        def moved(prefix: str, level: str) -> Scope:
            """Return the scope with every column read under another alias."""
            made = Scope(parent=scope.parent, clause="CONNECT BY")
            made.ctes = scope.ctes
            seen = {}
            for relation in scope.relations:
                there = []
                for column in relation.columns:
                    seen[id(column)] = replace(column, sql=f"{prefix}{numbers[id(column)]}")
                    there.append(seen[id(column)])
                made.relations.append(Relation(relation.alias, there, relation.path))
            made.star = [(label, seen.get(id(column), column)) for label, column in scope.star]
            made.merged = {
                name: replace(column, sql=f"{prefix}{texts[column.sql]}")
                for name, column in scope.merged.items()
                if column.sql in texts
            }
            if not any(relation.find("level") for relation in scope.relations):
                pseudo = Column("level", INTEGER, level, hidden=True)
                made.relations.append(Relation("", [pseudo]))
            return made

        width = range(len(columns))
        roots = "true"
        if connect.args.get("start") is not None:
            start = moved("b.c", "1")
            roots = self.condition(connect.args["start"], start, "START WITH clause").sql
        child = moved("c.c", "(p.lvl + 1)")
        self.priors[id(child)] = moved("p.c", "p.lvl")
        test = self.condition(connect.args["connect"], child, "CONNECT BY clause").sql
        anchor = ", ".join(
            [*(f"b.c{at}" for at in width), *(f"CASE WHEN false THEN b.c{at} END" for at in width)]
        )
        step = ", ".join([*(f"c.c{at}" for at in width), *(f"p.c{at}" for at in width)])
        names = ", ".join([*(f"c{at}" for at in width), *(f"q{at}" for at in width), "lvl"])
        self.priors[id(scope)] = moved(f"{_TREE}.q", f"({_TREE}.lvl - 1)")
        final = moved(f"{_TREE}.c", f"{_TREE}.lvl")
        scope.relations, scope.star, scope.merged = final.relations, final.star, final.merged
        return (
            f"\nFROM (WITH RECURSIVE tree({names}) AS (SELECT {anchor}, 1 FROM {base} AS b "
            f"WHERE {roots} UNION ALL SELECT {step}, p.lvl + 1 FROM tree AS p "
            f"JOIN {base} AS c ON CASE WHEN {test} THEN lab_level(p.lvl) ELSE false END) "
            f"SELECT * FROM tree) AS {_TREE}"
        )

    @binds(exp.Prior, "this")
    def prior(self, node, scope) -> Value:
        parent = self.priors.get(id(scope))
        if parent is None:
            raise self.error("42601", 'syntax error at or near "PRIOR"', node)
        return self.bind(node.this, parent)
