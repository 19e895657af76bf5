"""The old way to write an outer join: FROM a, b WHERE a.x = b.x(+).

https://docs.aws.amazon.com/redshift/latest/dg/r_WHERE_oracle_outer.html (read 2026-11-23)
"""

from sqlglot import exp

from dealab.sql.errors import LabLimit


class OuterMarks:
    """The part of Redshift's binder that turns (+) into LEFT JOIN."""

    def bind_select(self, node, parent):
        where = node.args.get("where")
        if where is not None and any(c.args.get("join_mark") for c in where.find_all(exp.Column)):
            node = self.outer_joins(node)
        return super().bind_select(node, parent)

    def outer_joins(self, node):
        """Return a SELECT with LEFT JOIN in place of the marks (+)."""
        from sqlglot import transforms
        from sqlglot.errors import SqlglotError

        made = node.copy()
        made.set("with_", None)
        try:
            made = transforms.eliminate_join_marks(made)
        except (AssertionError, SqlglotError, KeyError, AttributeError):
            raise LabLimit(
                "this use of (+)", "Redshift joins the tables as an outer join."
            ) from None
        for join in made.args.get("joins") or ():
            if join.args.get("kind") == "LEFT":  # sqlglot's own place for LEFT is "side"
                join.set("kind", None)
                join.set("side", "LEFT")
        made.set("with_", node.args.get("with_"))
        return made
