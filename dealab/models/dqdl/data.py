"""The data that rules look at: a DuckDB connection with the table ``primary`` and references."""

import re

from dealab.models.dqdl.conditions import BadRule

_INTEGER = re.compile(r"\s*[+-]?\d+\s*")


class Data:
    """``primary`` and each reference is a pandas DataFrame, a DuckDB relation or an Arrow table.

    ``now`` (naive datetime, UTC) is the time of ``now()`` and DataFreshness. ``lookup`` gives the
    data of a table that a rule names as ``database.table``, or None.
    """

    def __init__(self, primary, references: dict, now, lookup=None):
        import duckdb

        self.connection = duckdb.connect(config={"threads": 1})
        # Nothing in a rule's SQL may open files or load extensions.
        self.now, self.lookup = now, lookup
        self.names = {"primary": "lab_primary"}
        self._load("lab_primary", primary)
        for alias, data in references.items():
            self._add(alias, data)
        self.connection.create_function(
            "lab_find", _find, ["VARCHAR", "VARCHAR"], "BOOLEAN", null_handling="special"
        )
        self.connection.create_function(
            "lab_is_integer", _is_integer, ["VARCHAR"], "BOOLEAN", null_handling="special"
        )
        self.connection.execute("SET enable_external_access = false")
        self.connection.execute("SET timezone = 'UTC'")
        self.types = self.types_of("lab_primary")

    def _add(self, alias: str, data) -> str:
        name = self.names[alias.lower()] = f"lab_reference_{len(self.names)}"
        self._load(name, data)
        return name

    def _known(self, alias: str) -> str | None:
        """Return the table that an alias or a name of the catalog stands for."""
        if alias.lower() not in self.names and "." in alias and self.lookup:
            data = self.lookup(alias.lower())
            return None if data is None else self._add(alias, data)
        return self.names.get(alias.lower())

    def _load(self, name: str, data) -> None:
        data = data.to_arrow_table() if hasattr(data, "to_arrow_table") else data
        self.connection.register("lab_given", data)
        self.connection.execute(
            f"CREATE TABLE {name} AS SELECT row_number() OVER () AS lab_row, * FROM lab_given"
        )
        self.connection.unregister("lab_given")

    def types_of(self, table: str) -> dict[str, str]:
        """Return the columns of a table (lower case) with DuckDB's types."""
        described = self.connection.execute(f"DESCRIBE {table}").fetchall()
        return {row[0].lower(): row[1] for row in described if row[0] != "lab_row"}

    def one(self, sql: str, parameters=()):
        """Return the row that a statement gives. Raises BadRule with DuckDB's message."""
        import duckdb

        try:
            # All of it: DuckDB takes nothing else while rows are left.
            return next(iter(self.connection.execute(sql, list(parameters)).fetchall()), None)
        except duckdb.Error as error:
            raise BadRule(str(error).splitlines()[0]) from error

    def column(self, name: str, table: str = "lab_primary") -> str:
        """Return a column's quoted name. Raises BadRule when there is no such column."""
        known = self.types if table == "lab_primary" else self.types_of(table)
        if name.lower() not in known:
            raise BadRule(f"Input data does not include column {name}!")
        return quoted(name)

    def kind(self, name: str) -> str:
        """Return ``text``, ``number``, ``time``, ``boolean`` or ``other``."""
        word = self.types[name.lower()].partition("(")[0]
        if word == "VARCHAR":
            return "text"
        if word == "BOOLEAN":
            return "boolean"
        if word.startswith(("DATE", "TIMESTAMP")):
            return "time"
        numbers = ("DOUBLE", "FLOAT", "DECIMAL", "REAL")
        return "number" if word.endswith("INT") or "INTEGER" in word or word in numbers else "other"

    def reference(self, alias: str) -> str:
        """Return the table of a reference alias. Raises BadRule for an unknown one."""
        found = self._known(alias)
        if found is None or found == "lab_primary":
            raise BadRule(f"Reference dataset {alias} was not provided!")
        return found

    def translated(self, sql: str, what: str) -> str:
        """Turn SparkSQL into DuckDB's, with the aliases replaced by the tables they stand for."""
        import sqlglot
        from sqlglot import exp
        from sqlglot.errors import SqlglotError

        try:
            tree = sqlglot.parse_one(sql, read="spark")
        except SqlglotError as error:
            raise BadRule(f"{what}: {str(error).splitlines()[0]}") from error
        if not isinstance(tree, exp.Query) and what == "CustomSql":
            raise BadRule("CustomSql must be a SELECT statement")
        for table in tree.find_all(exp.Table):
            known = self._known(".".join(part.name for part in table.parts))
            if known:
                alias = table.alias or table.name
                table.replace(exp.to_table(known, alias=exp.to_identifier(alias, True)))
        return tree.sql(dialect="duckdb", identify=True)


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _find(value, pattern):
    if value is None:
        return None
    hit = re.search(pattern, value)
    return bool(hit and hit.group())


def _is_integer(value):
    return None if value is None else bool(_INTEGER.fullmatch(value))
