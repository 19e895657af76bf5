"""Correlated subqueries that Redshift cannot decorrelate are refused, as the service does.

https://docs.aws.amazon.com/redshift/latest/dg/r_correlated_subqueries.html (read 2026-11-23)
"""

from sqlglot import exp

from dealab.sql.scope import Scope


class Correlations:
    """The part of Redshift's binder that watches references to the queries around."""

    correlations = 0  # references to an outer query so far
    owner: Scope | None = None  # where the last name was found
    outer_side = ""  # LEFT, RIGHT or FULL while such a join is bound

    def resolve(self, parts, scope):
        self.owner = None
        value = super().resolve(parts, scope)
        if value is not None and self.owner is not None and self.owner is not scope:
            self.note_correlation(scope, self.owner)
        return value

    def resolve_in(self, parts, scope):
        found = super().resolve_in(parts, scope)
        if found is not None:
            self.owner = scope
        return found

    def note_correlation(self, scope: Scope, owner: Scope) -> None:
        self.correlations += 1
        here = scope
        while here is not None and here is not owner:
            if here is not scope and here.relations:
                raise self.unsupported_correlation("it skips a query block")
            if getattr(here, "windowed", False):
                raise self.unsupported_correlation("its subquery has a window function")
            here.correlated = True
            here = here.parent
        if self.outer_side and owner.clause == "JOIN ON":
            raise self.unsupported_correlation("it is in the ON clause of an outer join")

    def unsupported_correlation(self, why: str):
        return self.error(
            "0A000",
            "This type of correlated subquery pattern is not supported due to internal error",
            hint=f"Redshift cannot rewrite this reference to the outer query as a join: {why}.",
        )

    def window(self, node, scope):
        scope.windowed = True
        if getattr(scope, "correlated", False):
            raise self.unsupported_correlation("its subquery has a window function")
        return super().window(node, scope)

    def bind_join(self, join, scope, start, comma):
        before, self.outer_side = self.outer_side, (join.args.get("side") or "").upper()
        try:
            return super().bind_join(join, scope, start, comma)
        finally:
            self.outer_side = before

    def in_query(self, node, value, query, scope):
        before = self.correlations
        made = super().in_query(node, value, query, scope)
        inner = query.this if isinstance(query, exp.Subquery) else query
        if self.correlations > before and inner.args.get("group"):
            calls = inner.find_all(exp.Anonymous)
            names = {call.name.lower() for call in calls} & set(self.AGGREGATES)
            if names - {"min", "max"}:
                raise self.unsupported_correlation("IN over an aggregate with GROUP BY")
        return made

    def group_key(self, node, scope):
        before = self.correlations
        value = super().group_key(node, scope)
        if self.correlations > before and node.find(exp.Subquery):
            raise self.unsupported_correlation("GROUP BY names its result")
        return value
