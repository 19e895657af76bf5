"""Athena's error messages, in its own words."""

import re

from sqlglot import exp

from dealab.sql import signatures
from dealab.sql.errors import LabLimit, ServiceError
from dealab.sql.nodes import nearest
from dealab.sql.types import (
    athena_name,
)


class Messages:
    """Builds the errors that a statement of Athena can raise before it runs."""

    def error(self, code, message, node=None, place=None, hint=""):
        if place is None:
            place = self.source.place(node) if node is not None else (None, None)
        return ServiceError(code, message, *place, hint=hint)

    def mismatch(self, message, node, operator=False):
        place = self.source.operator_place(node) if operator else self.source.place(node)
        return ServiceError("TYPE_MISMATCH", message, *place)

    def unknown_column(self, node, parts, scope):
        name = ".".join(parts)
        hint = nearest(parts[-1], scope.all_names())
        if not hint:
            owner = scope
            while owner is not None:
                if parts[-1] in getattr(owner, "select_names", ()):
                    hint = (
                        f"{parts[-1]} is a name given in SELECT, and {owner.clause} comes before "
                        "SELECT: repeat the expression, or use a subquery."
                    )
                    break
                owner = owner.lambda_of or owner.parent
        return self.error(
            "COLUMN_NOT_FOUND",
            f"Column '{name}' cannot be resolved or requester is not authorized to access "
            "requested resources",
            node,
            hint=hint,
        )

    def unknown_field(self, value, name, node):
        if value.type.name == "row":
            names = [field for field, _ in value.type.args[0] if field]
            return self.error(
                "COLUMN_NOT_FOUND",
                f"Column '{name}' cannot be resolved or requester is not authorized to access "
                "requested resources",
                node,
                hint=nearest(name, names),
            )
        return self.error(
            "TYPE_MISMATCH",
            f"Expression {self.snippet(node) if node else value.sql} is not of type ROW",
            node,
        )

    def ambiguous(self, name):
        return self.error("AMBIGUOUS_NAME", f"Column '{name}' is ambiguous")

    def unknown_function(self, name, node, arguments):
        hint = nearest(name, [*self.FUNCTIONS, *self.AGGREGATES, *self.WINDOWS, *self.SPECIAL])
        return self.error(
            "FUNCTION_NOT_FOUND", f"Function '{name}' not registered", node, hint=hint
        )

    def no_overload(self, name, node, arguments, nodes, lines):
        given = ", ".join(
            "<function>" if value is None else athena_name(value.type) for value in arguments
        )
        expected = ", ".join(
            signatures.read_signature(line).text.split(" -> ")[0] for line in lines
        )
        message = f"Unexpected parameters ({given}) for function {name}."
        return self.error(
            "FUNCTION_NOT_FOUND", message + (f" Expected: {expected}" if expected else ""), node
        )

    def star_misplaced(self, node):
        return self.error("SYNTAX_ERROR", "mismatched input '*'", node)

    def star_without_from(self, node):
        return self.error(
            "COLUMN_NOT_FOUND", "SELECT * not allowed in queries without FROM clause", node
        )

    def not_grouped(self, value, scope):
        shown = value.sql.replace('"', "")
        for relation in scope.relations:
            for column in relation.columns:
                if column.sql == value.sql:
                    shown = f"{relation.alias}.{column.name}"
        return self.error(
            "EXPRESSION_NOT_AGGREGATE",
            f"'{shown}' must be an aggregate expression or appear in GROUP BY clause",
        )

    def misplaced_aggregate(self, name, node, clause):
        code = "EXPRESSION_NOT_SCALAR"
        where = clause.replace("JOIN ON", "JOIN")
        where += "" if clause == "Lambda expression" else " clause"
        return self.error(
            code,
            f"{where} cannot contain aggregations, window functions or grouping operations: "
            f"[{self.snippet(node)}]",
            node,
        )

    def misplaced_window(self, name, node, clause):
        if clause != "HAVING":
            return self.misplaced_aggregate(name, node, clause)
        return self.error(
            "NESTED_WINDOW",
            "HAVING clause cannot contain window functions or row pattern measures",
            node,
        )

    def nested_aggregate(self, name, node):
        return self.error(
            "NESTED_AGGREGATION",
            f"Cannot nest aggregations inside aggregation '{name}': [{self.snippet(node)}]",
            node,
        )

    def nested_window(self, name, node):
        return self.error(
            "NESTED_WINDOW",
            "Cannot nest window functions or aggregates inside window function",
            node,
        )

    def window_required(self, name, node):
        return self.error("MISSING_OVER", f"Window function {name} requires an OVER clause", node)

    def not_an_aggregate(self, name, node, extras):
        if "window" in extras:
            return self.error(
                "FUNCTION_NOT_WINDOW", f"Function is not a window function: {name}", node
            )
        return self.error(
            "FUNCTION_NOT_AGGREGATE",
            f"Filter is only valid for aggregation functions: {name}",
            node,
        )

    def not_a_grouping_column(self, node):
        return self.error(
            "INVALID_ARGUMENTS",
            "The arguments to GROUPING() must be expressions referenced by the GROUP BY at the "
            f"associated query level. Mismatch due to {self.snippet(node)}.",
            node,
        )

    def bad_base(self, problem, node):
        # trinodb/trino, TestAnalyzer.testWindowClause
        code, message = {
            "partition": (
                "INVALID_PARTITION_BY",
                "WINDOW specification with named WINDOW reference cannot specify PARTITION BY",
            ),
            "order": (
                "INVALID_ORDER_BY",
                "Cannot specify ORDER BY if referenced named WINDOW specifies ORDER BY",
            ),
            "frame": (
                "INVALID_WINDOW_REFERENCE",
                "Cannot reference named WINDOW containing frame specification",
            ),
            "twice": (
                "DUPLICATE_WINDOW_NAME",
                f"WINDOW name '{node.name}' specified more than once",
            ),
        }[problem]
        return self.error(code, message, node)

    def bad_sample(self, problem, node):
        """trinodb/trino, StatementAnalyzer.visitSampledRelation."""
        code = "TYPE_MISMATCH" if "numeric" in problem else "NUMERIC_VALUE_OUT_OF_RANGE"
        return self.error(code, f"Sample percentage {problem}", node)

    def unknown_window(self, label, node):
        return self.error("INVALID_WINDOW_REFERENCE", f"Cannot resolve WINDOW name {label}", node)

    def one_column(self, node, count):
        return self.error(
            "TOO_MANY_COLUMNS" if count > 1 else "SYNTAX_ERROR",
            f"Multiple columns returned by subquery are not yet supported. Found {count}",
            node,
        )

    def unknown_relation(self, path, node, scope):
        return self.error(
            "TABLE_NOT_FOUND",
            f"Unable to resolve reference {'.'.join(path)}",
            node,
            hint=nearest(path[-1], [r.alias for r in scope.relations]),
        )

    def duplicate_cte(self, label, node):
        return self.error(
            "DUPLICATE_NAMED_QUERY", f"WITH query name '{label}' specified more than once", node
        )

    def duplicate_alias(self, label, node):
        return self.error(
            "SYNTAX_ERROR", f"Relation '{label}' is used more than once in FROM", node
        )

    def alias_width(self, given, real, node):
        return self.error(
            "MISMATCHED_COLUMN_ALIASES",
            f"Column alias list has {given} entries but relation has {real} columns",
            node,
        )

    def set_width(self, word, left, right, node):
        return self.error(
            "TYPE_MISMATCH",
            f"{word} query has different number of fields: {len(left.columns)}, "
            f"{len(right.columns)}",
            node,
        )

    def set_types(self, word, at, one, two, node):
        return self.error(
            "TYPE_MISMATCH",
            f"column {at} in {word} query has incompatible types: {athena_name(one)}, "
            f"{athena_name(two)}",
            node,
        )

    def values_width(self, rows, node):
        return self.error(
            "TYPE_MISMATCH",
            "Values rows have mismatched sizes: " + " vs ".join(str(len(row)) for row in rows[:2]),
            node,
        )

    def values_types(self, rows, node):
        shown = " vs ".join(
            "row(" + ", ".join(athena_name(v.type) for v in row) + ")" for row in rows[:2]
        )
        return self.error("TYPE_MISMATCH", f"Values rows have mismatched types: {shown}", node)

    def empty_select(self, node):
        return self.error("SYNTAX_ERROR", "SELECT needs at least one expression")

    def empty_group(self, node):
        return self.error("SYNTAX_ERROR", "GROUP BY needs at least one expression")

    def group_position(self, at, node):
        return self.error(
            "INVALID_COLUMN_REFERENCE", f"GROUP BY position {at} is not in select list", node
        )

    def order_position(self, at, node):
        return self.error(
            "INVALID_COLUMN_REFERENCE", f"ORDER BY position {at} is not in select list", node
        )

    def order_of_distinct(self, node):
        return self.error(
            "EXPRESSION_NOT_IN_DISTINCT",
            "For SELECT DISTINCT, ORDER BY expressions must appear in select list",
            node,
        )

    def many_outputs(self, node, named, columns):
        raise self.error("AMBIGUOUS_NAME", f"'{node.name.lower()}' in ORDER BY is ambiguous", node)

    def bad_limit(self, word, node, value):
        if isinstance(value.literal, int) and not isinstance(value.literal, bool):
            if value.literal < 0 and not isinstance(node, exp.Neg):  # a parameter
                return self.error(
                    "NUMERIC_VALUE_OUT_OF_RANGE",
                    f"{word} row count must be greater or equal to 0 (actual value: "
                    f"{value.literal})",
                    node,
                )
            return self.error("SYNTAX_ERROR", "mismatched input '-'", node)
        return self.error("SYNTAX_ERROR", f"mismatched input '{self.snippet(node)}'", node)

    def no_rows_fetched(self, node):
        return self.error(
            "NUMERIC_VALUE_OUT_OF_RANGE",
            "FETCH FIRST row count must be positive (actual value: 0)",
            node,
        )

    def grouping_not_column(self, node):
        return self.error(
            "INVALID_COLUMN_REFERENCE",
            f"GROUP BY expression must be a column reference: {self.snippet(node)}",
            node,
        )

    def ties_without_order(self, node):
        message = "FETCH FIRST WITH TIES clause requires ORDER BY"
        return self.error("MISSING_ORDER_BY", message, node)

    def join_without_on(self, node):
        return self.error("SYNTAX_ERROR", "JOIN needs ON or USING", node.this)

    def bad_using(self, name, side, join, part):
        return self.error(
            "COLUMN_NOT_FOUND",
            f"Column '{name}' is missing from {side} side of join",
            part if not isinstance(part, str) else join.this,
        )

    def bad_recursion(self, label, node):
        return self.error(
            "INVALID_RECURSIVE_REFERENCE",
            f"recursive reference not allowed in this query: {label}",
            node,
        )

    def not_unnestable(self, value, node):
        return self.error("TYPE_MISMATCH", f"Cannot unnest type: {athena_name(value.type)}", node)

    def table_function(self, node):
        name = node.this.name.lower()
        if re.search(r"\bsystem\s*\.\s*query\s*\(", self.source.sql, re.IGNORECASE):
            # https://docs.aws.amazon.com/athena/latest/ug/federated-query-passthrough.html
            return LabLimit(
                "TABLE(system.query(...))",
                "Athena hands the text of the query to the federated data source and reads its "
                "answer.",
                "passthrough queries run whole in the source, in its own language.",
            )
        if name.lower() == "table":
            return LabLimit(
                "table functions: FROM TABLE(function(...))", "Athena's engine has a few of them."
            )
        return self.error("FUNCTION_NOT_FOUND", f"Table function '{name}' not registered", node)

    def no_common_type(self, one, two, values, node, role):
        if role == "IF results":
            message = (
                f"Result types for IF must be the same: {athena_name(one)} vs {athena_name(two)}"
            )
        else:
            kinds = list(dict.fromkeys(athena_name(v.type) for v in values))
            message = (
                f"All {role} must be the same type or coercible to a common type. Cannot find "
                f"common "
                f"type between {athena_name(one)} and {athena_name(two)}, all types (without "
                f"duplicates): [{', '.join(kinds)}]"
            )
        return self.mismatch(message, node)

    def too_many_digits(self):
        return "INVALID_LITERAL", "Invalid decimal literal: more than 38 digits"

    def huge_literal(self, node, number):
        raise self.error("INVALID_LITERAL", f"Invalid numeric literal: {number}", node)
