"""Redshift's error messages, in its own words."""

from dealab.sql.errors import LabLimit, ServiceError
from dealab.sql.nodes import nearest
from dealab.sql.redshift.names import shown
from dealab.sql.scope import Value
from dealab.sql.types import (
    decimal,
    duck_name,
    redshift_name,
    text,
)

#: functions that the lab leaves out, by how their names begin
_FAMILIES = {
    "st_": "geometries",
    "h3_": "cells of the H3 grid",
    "hll": "HLLSKETCH values",
    "geometry": "geometries",
    "geography": "geographies",
    "explain_model": "models of Redshift ML",
}


class Messages:
    """Builds the errors that a statement of Redshift can raise before it runs."""

    def error(self, code, message, node=None, place=None, hint=""):
        place = self.source.place(node) if node is not None else (None, None)
        return ServiceError(code, message, *place, hint=hint)

    def unknown_column(self, node, parts, scope):
        if len(parts) > 1:
            names = [relation.alias for relation in scope.relations]
            if parts[-2] not in names:
                return self.error(
                    "42P01",
                    f'missing FROM-clause entry for table "{parts[-2]}"',
                    node,
                    hint=nearest(parts[-2], names),
                )
        tables = ", ".join(
            relation.path[-1] if relation.path else relation.alias for relation in scope.relations
        )
        message = f'column "{".".join(parts)}" does not exist'
        return self.error(
            "42703",
            f"{message} in {tables}" if tables else message,
            node,
            hint=nearest(parts[-1], scope.all_names()),
        )

    def unknown_field(self, value, name, node):
        return self.error(
            "42703", f'column "{name}" not found in data type {redshift_name(value.type)}', node
        )

    def ambiguous(self, name):
        return self.error("42702", f'column reference "{name}" is ambiguous')

    def refuse_values(self, node):
        """https://docs.aws.amazon.com/redshift/latest/dg/c_unsupported-postgresql-features.html"""
        raise self.error(
            "42601",
            'syntax error at or near ","',
            node,
            hint="Redshift has no VALUES list in FROM: use SELECT ... UNION ALL SELECT ...",
        )

    def unknown_function(self, name, node, arguments):
        for start, what in _FAMILIES.items():
            if name.startswith(start):
                return LabLimit(f"the function {name}", f"Redshift has it: it works on {what}.")
        given = ", ".join(shown(value.type) for value in arguments)
        hint = nearest(name, [*self.FUNCTIONS, *self.AGGREGATES, *self.WINDOWS, *self.SPECIAL])
        return self.error("42883", f"function {name}({given}) does not exist", node, hint=hint)

    def no_overload(self, name, node, arguments, nodes, lines):
        given = ", ".join("lambda" if v is None else shown(v.type) for v in arguments)
        return self.error(
            "42883",
            f"function {name}({given}) does not exist",
            node,
            hint="No function matches the given name and argument types: add explicit type casts.",
        )

    def no_operator(self, left, right, operator, node):
        return self.error(
            "42883",
            f"operator does not exist: {shown(left.type)} {operator} {shown(right.type)}",
            node,
            hint="No operator matches the given names and argument types: add explicit type casts.",
        )

    def star_misplaced(self, node):
        return self.error("42601", 'syntax error at or near "*"', node)

    def star_without_from(self, node):
        return self.error("42601", "SELECT * with no tables specified is not valid", node)

    def not_grouped(self, value, scope):
        name = value.sql.replace('"', "")
        return self.error(
            "42803",
            f'column "{name}" must appear in the GROUP BY clause or be used in an aggregate '
            f"function",
        )

    def misplaced_aggregate(self, name, node, clause):
        return self.error("42803", f"aggregates not allowed in {clause} clause", node)

    def misplaced_window(self, name, node, clause):
        return self.error("42P20", f"window functions not allowed in {clause} clause", node)

    def nested_aggregate(self, name, node):
        return self.error(
            "42803",
            "aggregate function calls may not have nested aggregate or window function",
            node,
        )

    def nested_window(self, name, node):
        return self.error("42P20", "window function calls may not be nested", node)

    def window_required(self, name, node):
        return self.error("42P20", f"window function {name} requires an OVER clause", node)

    def not_an_aggregate(self, name, node, extras):
        return self.error(
            "42809",
            f"OVER specified, but {name} is not a window function nor an aggregate function",
            node,
        )

    def not_a_grouping_column(self, node):
        return self.error(
            "42803",
            "arguments to GROUPING must be grouping expressions of the associated query level",
            node,
        )

    def unknown_window(self, label, node):
        return self.error("42704", f'window "{label}" does not exist', node)

    def one_column(self, node, count):
        return self.error("42601", "subquery must return only one column", node)

    def unknown_relation(self, path, node, scope):
        return self.error(
            "42P01",
            f'relation "{".".join(path)}" does not exist',
            node,
            hint=nearest(path[-1], [r.alias for r in scope.relations]),
        )

    def duplicate_cte(self, label, node):
        return self.error("42712", f'WITH query name "{label}" specified more than once', node)

    def duplicate_alias(self, label, node):
        return self.error("42712", f'table name "{label}" specified more than once', node)

    def alias_width(self, given, real, node):
        return self.error(
            "42P10", f"table has {real} columns available but {given} columns specified", node
        )

    def set_width(self, word, left, right, node):
        return self.error("42601", f"each {word} query must have the same number of columns", node)

    def set_types(self, word, at, one, two, node):
        return self.error(
            "42804", f"{word} types {shown(one)} and {shown(two)} cannot be matched", node
        )

    def values_width(self, rows, node):
        return self.error("42601", "VALUES lists must all be the same length", node)

    def values_types(self, rows, node):
        return self.error("42804", "VALUES types cannot be matched", node)

    def empty_select(self, node):
        return self.error("42601", 'syntax error at or near "FROM"')

    def empty_group(self, node):
        return self.error("42601", "syntax error in GROUP BY")

    def group_position(self, at, node):
        return self.error("42P10", f"GROUP BY position {at} is not in select list", node)

    def order_position(self, at, node):
        return self.error("42P10", f"ORDER BY position {at} is not in select list", node)

    def order_of_distinct(self, node):
        return self.error(
            "42P10", "for SELECT DISTINCT, ORDER BY expressions must appear in select list", node
        )

    def many_outputs(self, node, named, columns):
        raise self.error("42702", f'ORDER BY "{node.name.lower()}" is ambiguous', node)

    def bad_limit(self, word, node, value):
        if isinstance(value.literal, int):
            return self.error("22023", f"{word} must not be negative", node)
        return LabLimit(
            f"{word} with anything but a number",
            "Redshift computes a constant expression, and takes NULL for no limit.",
        )

    def join_without_on(self, node):
        return self.error("42601", "JOIN needs ON or USING", node.this)

    def bad_using(self, name, side, join, part):
        return self.error(
            "42703",
            f'column "{name}" specified in USING clause does not exist in {side} table',
            part if not isinstance(part, str) else join.this,
        )

    def bad_recursion(self, label, node):
        return self.error(
            "42P19",
            f'recursive query "{label}" must have the form non-recursive-term UNION ALL '
            f"recursive-term",
            node,
        )

    def not_unnestable(self, value, node):
        return self.error("42804", f"cannot unnest {shown(value.type)}", node)

    def table_function(self, node):
        name = node.this.name.lower()
        if name in self.LIMITS:
            does, exam = self.LIMITS[name]
            return LabLimit(f"the function {name} in FROM", f"Redshift has it: {does}", exam)
        return self.error("42883", f"function {name}() does not exist", node)

    def leader_only(self):
        """https://docs.aws.amazon.com/redshift/latest/dg/c_SQL_functions_leader_node_only.html"""
        names = ", ".join(sorted(self.leader))
        return self.error(
            "0A000",
            "Specified types or functions (one per INFO message) not supported on Redshift tables.",
            hint=f"{names} runs on the leader node alone, so not in a query that reads a table.",
        )

    def no_common_type(self, one, two, values, node, role):
        word = role.split()[0].upper()
        return self.error(
            "42804", f"{word} types {shown(one)} and {shown(two)} cannot be matched", node
        )

    def too_many_digits(self):
        return "22003", "numeric literal has more than 38 digits"

    def huge_literal(self, node, number):
        if number >= 10**38:
            raise self.error("22003", "numeric field overflow", node)
        kind = decimal(len(str(number)), 0)
        return Value(f"CAST({text(str(number))} AS {duck_name(kind)})", kind, str(number))
