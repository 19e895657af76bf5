"""CROSS JOIN UNNEST and LEFT JOIN UNNEST: each row's elements, in the order of the array.

DuckDB runs a lateral subquery as a join as soon as a filter, a LEFT or a constant array is in the
way, and a join shuffles the elements. So what stands before UNNEST becomes a subquery whose select
list unnests: DuckDB goes through it row by row, as Trino does, and still reads no column and no
partition that the query does not need.
"""

from sqlglot import exp

from dealab.sql.scope import Column, Scope, inside_names
from dealab.sql.types import quote


class Unnesting:
    """The part of Athena's binder that deals with joins to UNNEST."""

    def joined(self, sql, join, scope: Scope, start: int, comma: bool, first: int = 0) -> str:
        plain = not join.args.get("using") and (join.args.get("side") or "").upper() in ("", "LEFT")
        nested = first and scope.merged
        if not isinstance(join.this, exp.Unnest) or not plain or nested or join.args.get("method"):
            return super().joined(sql, join, scope, start, comma, first)
        self.allow(join, {"this", "on", "kind", "side"})
        self.check_unnest_join(join)
        kind = (join.args.get("kind") or "").upper()
        if join.args.get("on") is None and kind != "CROSS" and not comma:
            raise self.join_without_on(join)
        node = join.this
        self.allow(node, {"expressions", "alias", "offset"})
        label, names = self.alias_of(node)
        keep = bool(join.args.get("side"))
        picks, columns, names = self.unnest_picks(node, names, scope, keep)
        before = self.columns_in_sight(scope, first)
        self.enter(scope, label, columns, names, node)
        added = scope.relations[-1].columns
        alias = self.fresh("unnested")
        labels = inside_names([*(name for name, _ in before), *(column.name for column in added)])
        texts = [*(column.sql for _, column in before), *(text for text, _ in picks)]
        listed = ", ".join(
            f"{text} AS {quote(name)}" for text, name in zip(texts, labels, strict=True)
        )
        for column, name in zip([*(c for _, c in before), *added], labels, strict=True):
            column.sql = f"{quote(alias)}.{quote(name)}"
        return f"(SELECT {listed} FROM {sql}) AS {quote(alias)}"

    @staticmethod
    def columns_in_sight(scope: Scope, first: int) -> list[tuple[str, Column]]:
        """Return the columns that may be named later, each once, with names for DuckDB."""
        found = {}
        for relation in scope.relations[first:]:
            for column in relation.columns:
                found.setdefault(id(column), (f"{relation.alias}.{column.name}", column))
        for column in scope.merged.values():
            found.setdefault(id(column), (column.name, column))
        return list(found.values())

    def check_unnest_join(self, join) -> None:
        """Trino joins UNNEST by CROSS JOIN or ON TRUE only."""
        on = join.args.get("on")
        words = join.args.get("side") or join.args.get("kind") or "INNER"
        always = isinstance(on, exp.Boolean) and on.this
        if (on is not None and not always) or join.args.get("using"):
            raise self.error(
                "NOT_SUPPORTED",
                f"{words.upper()} JOIN involving UNNEST is only supported with condition ON TRUE",
                on or join.this,
            )

    def bind_join(self, join, scope, start, comma):
        if isinstance(join.this, exp.Unnest):
            self.check_unnest_join(join)
        return super().bind_join(join, scope, start, comma)
