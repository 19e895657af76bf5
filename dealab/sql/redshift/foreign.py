"""Clauses that the parser reads and Redshift's SELECT does not have: each is a syntax error.

sqlglot reads the grammar of many databases. What is not in Redshift's synopsis is refused here, at
the word that Redshift would stop at. https://docs.aws.amazon.com/redshift/latest/dg/r_SELECT_synopsis.html
"""

from sqlglot import exp

from dealab.sql.redshift.reserved import RESERVED

#: (class of node, part of it) -> the words that the clause may begin with
ABSENT: dict[tuple[type, str], tuple[str, ...]] = {
    (exp.CTE, "materialized"): ("MATERIALIZED", "NOT"),
    (exp.With, "search"): ("SEARCH",),
    (exp.With, "cycle"): ("CYCLE",),
    (exp.Limit, "limit_options"): ("PERCENT", "%", "ROW", "ROWS", "ONLY", "WITH"),
    (exp.Limit, "expressions"): ("BY",),
    (exp.Fetch, ""): ("FETCH",),
    (exp.Offset, "expressions"): ("BY",),
    (exp.Star, "replace"): ("REPLACE",),
    (exp.Star, "rename"): ("RENAME",),
    (exp.Star, "ilike"): ("ILIKE",),
    (exp.Select, "sort"): ("SORT",),
    (exp.Select, "cluster"): ("CLUSTER",),
    (exp.Select, "distribute"): ("DISTRIBUTE",),
    (exp.Select, "windows"): ("WINDOW",),
    (exp.Select, "sample"): ("TABLESAMPLE", "USING"),
    (exp.Select, "kind"): ("AS",),
    (exp.Select, "laterals"): ("LATERAL",),
    (exp.Select, "settings"): ("SETTINGS",),
    (exp.Select, "format"): ("FORMAT",),
    (exp.Select, "prewhere"): ("PREWHERE",),
    (exp.Select, "match"): ("MATCH_RECOGNIZE",),
    (exp.Select, "options"): ("OPTION",),
    (exp.Select, "operation_modifiers"): (),
    (exp.Ordered, "with_fill"): ("WITH",),
    (exp.Group, "totals"): ("WITH",),
    (exp.Table, "only"): ("ONLY",),
    (exp.Table, "sample"): ("TABLESAMPLE", "USING"),
    (exp.Table, "version"): ("FOR", "VERSION", "TIMESTAMP"),
    (exp.Table, "system_time"): ("FOR",),
    (exp.Table, "when"): ("AT", "BEFORE", "END"),
    (exp.Table, "changes"): ("CHANGES",),
    (exp.Table, "hints"): ("WITH", "USE", "FORCE", "IGNORE"),
    (exp.Table, "indexed"): ("INDEXED",),
    (exp.TableSample, ""): ("TABLESAMPLE", "USING"),
    (exp.Lateral, "cross_apply"): ("APPLY",),
    (exp.WindowSpec, "exclude"): ("EXCLUDE",),
    (exp.Cast, "format"): ("FORMAT",),
    (exp.Connect, "nocycle"): ("NOCYCLE",),
    (exp.ConnectByRoot, ""): ("CONNECT_BY_ROOT",),
    (exp.Table, "ordinality"): ("WITH",),
    (exp.Table, "rows_from"): ("FROM",),
    (exp.Between, "symmetric"): ("SYMMETRIC", "ASYMMETRIC"),
    (exp.Union, "by_name"): ("BY", "CORRESPONDING"),
    (exp.Intersect, "by_name"): ("BY", "CORRESPONDING"),
    (exp.Except, "by_name"): ("BY", "CORRESPONDING"),
}
ABSENT |= {
    (exp.Join, part): words
    for part, words in {
        "SEMI": ("SEMI",),
        "ANTI": ("ANTI",),
        "STRAIGHT_JOIN": ("STRAIGHT_JOIN",),
        "ASOF": ("ASOF",),
        "ARRAY": ("ARRAY",),
        "POSITIONAL": ("POSITIONAL",),
        "hint": (),
        "global_": ("GLOBAL",),
    }.items()
}


class Foreign:
    """The part of Redshift's binder that refuses clauses of other databases."""

    def limit_node(self, node, part=""):
        for key in ((type(node), part), (type(node), "")):
            if key in ABSENT:
                return self.syntax_at(node, ABSENT[key])
        return super().limit_node(node, part)

    def syntax_at(self, node, words):
        """Return the syntax error at the first of ``words`` in or behind the node."""
        span = self.source.span(node) or (0, 0)
        tokens = self.source.tokens
        found = [token for token in tokens if token.text.upper() in words]
        # A clause that begins before the node's first name is the nearest one before it.
        behind = [token for token in found if token.start >= span[0]]
        token = behind[0] if behind else (found[-1] if found else None)
        if token is None:
            return self.error("42601", f'syntax error at or near "{self.snippet(node)}"', node)
        place = self.source.line_column(token.start)
        return self.error("42601", f'syntax error at or near "{token.text}"', place=place)

    def bind_with(self, node, scope):
        for cte in node.expressions if node is not None else ():
            if isinstance(cte, exp.CTE) and cte.args.get("materialized") is not None:
                raise self.syntax_at(cte, ABSENT[exp.CTE, "materialized"])
        return super().bind_with(node, scope)

    def bind_recursive(self, cte, label, names, scope):
        """A recursive query names its columns, and joins its two parts with UNION ALL.

        https://docs.aws.amazon.com/redshift/latest/dg/r_WITH_clause.html
        """
        if isinstance(cte.this, exp.Union) and cte.this.args.get("distinct"):
            raise self.bad_recursion(label, cte)
        if not names:
            raise self.error(
                "42601", f'recursive CTE "{label}" must have a list of column names', cte
            )
        return super().bind_recursive(cte, label, names, scope)

    def bind_set_operation(self, node, parent):
        """INTERSECT, EXCEPT and MINUS have no ALL.

        https://docs.aws.amazon.com/redshift/latest/dg/r_UNION.html
        """
        if not isinstance(node, exp.Union) and not node.args.get("distinct"):
            word = type(node).__name__.upper()
            raise self.error("0A000", f"{word} ALL is not supported", node)
        return super().bind_set_operation(node, parent)

    def bind_group(self, node, items, scope):
        group = node.args.get("group")
        if group is not None:
            if group.args.get("all") is False:
                raise self.syntax_at(group, ("DISTINCT",))
            if group.args.get("all") is True and group.expressions:
                raise self.syntax_at(group, ("ALL",))
            for kind in ("cube", "rollup"):
                if any(not entry.expressions for entry in group.args.get(kind) or ()):
                    raise self.syntax_at(group, ("WITH",))  # GROUP BY a WITH ROLLUP
        return super().bind_group(node, items, scope)

    def sample_text(self, sample, scope):
        if sample is not None:
            raise self.limit_node(sample)
        return ""

    def bind_lateral(self, node, scope):
        """FROM has no LATERAL and no APPLY.

        https://docs.aws.amazon.com/redshift/latest/dg/r_FROM_clause30.html
        """
        raise self.syntax_at(node, ("LATERAL", "APPLY"))

    def between(self, node, scope):
        if node.args.get("symmetric") is not None:
            raise self.limit_node(node, "symmetric")
        return super().between(node, scope)

    def limit_text(self, node, scope):
        if isinstance(node.args.get("limit"), exp.Fetch):
            raise self.limit_node(node.args["limit"])
        return super().limit_text(node, scope)

    def aggregate(self, name, node, extras, scope):
        if node.expressions and isinstance(node.expressions[-1], exp.Order):
            raise self.syntax_at(node, ("ORDER",))  # WITHIN GROUP (ORDER BY ...) is Redshift's
        return super().aggregate(name, node, extras, scope)

    def frame(self, spec, scope):
        """A frame runs forward, and its distances are constants.

        https://docs.aws.amazon.com/redshift/latest/dg/r_Window_function_synopsis.html
        """
        sides = []
        for bound in ("start", "end"):
            value, side = spec.args.get(bound), (spec.args.get(f"{bound}_side") or "").upper()
            if isinstance(value, exp.Expression) and not (
                isinstance(value, exp.Literal) and not value.is_string and value.this.isdigit()
            ):
                shown = self.snippet(value) or "-"
                raise self.error("42601", f'syntax error at or near "{shown}"', value)
            sides.append(
                (f"{value or ''} {side}".strip() if isinstance(value, str) else side, side)
            )
        (start, first), (end, last) = ((a.upper(), b) for a, b in sides)
        problem = None
        if spec.args.get("end") is None:
            return super().frame(spec, scope)
        if start == "UNBOUNDED FOLLOWING":
            problem = "frame start cannot be UNBOUNDED FOLLOWING"
        elif end == "UNBOUNDED PRECEDING":
            problem = "frame end cannot be UNBOUNDED PRECEDING"
        elif first == "FOLLOWING" and (last == "PRECEDING" or end == "CURRENT ROW"):
            problem = "frame starting from following row cannot have preceding rows"
        elif last == "PRECEDING" and first != "PRECEDING":
            problem = "frame starting from current row cannot have preceding rows"
        if problem:
            raise self.error("42P20", problem, spec)
        return super().frame(spec, scope)

    def check_array(self, node):
        """An array begins with the word ARRAY: there is no [1, 2] alone."""
        span = self.source.span(node)
        tokens = [t for t in self.source.tokens if span is not None and t.start < span[0]]
        if (
            tokens
            and tokens[-1].text == "["
            and "ARRAY" not in [t.text.upper() for t in tokens[-2:]]
        ):
            raise self.syntax_at(node, ("[",))

    def unknown_column(self, node, parts, scope):
        """A reserved word stands for no column: Redshift stops at it before it looks for one."""
        first = node.parts[0] if isinstance(node, exp.Column) else None
        if first is not None and not first.args.get("quoted") and first.name.upper() in RESERVED:
            return self.error("42601", f'syntax error at or near "{first.name}"', node)
        return super().unknown_column(node, parts, scope)

    # --- EXCLUDE ----------------------------------------------------------------------

    def expand_stars(self, nodes, scope):
        """EXCLUDE ends the select list: its names are left out of everything before it.

        https://docs.aws.amazon.com/redshift/latest/dg/r_EXCLUDE_list.html
        """
        items = super().expand_stars(nodes, scope)
        select = nodes[0].parent if nodes else None
        left_out = {}
        for part in (select.args.get("exclude") or ()) if isinstance(select, exp.Select) else ():
            if not isinstance(part, exp.Column) or isinstance(part.this, exp.Star):
                first = (self.snippet(part).split() or ["*"])[0]
                raise self.error("42601", f'syntax error at or near "{first}"', part)
            left_out[part.name.lower()] = part
        if not left_out:
            return items
        known = {column.name for relation in scope.relations for column in relation.columns}
        for name, part in left_out.items():
            if name not in known:
                raise self.unknown_column(part, [name], scope)
        kept = [
            (name, item)
            for at, (name, item) in enumerate(items)
            if (name or self.item_name(item, at)).lower() not in left_out
        ]
        if not kept:
            raise self.error("42601", "SELECT list is empty after EXCLUDE", nodes[0])
        return kept
