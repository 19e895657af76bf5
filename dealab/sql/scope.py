"""What a name can mean at a place in a statement: relations, columns, lambda parameters."""

from dataclasses import dataclass, field

from dealab.sql.types import NULL, Type


@dataclass(slots=True)
class Value:
    """A bound expression: its DuckDB text, its type in the service, its constant if it is one."""

    sql: str
    type: Type
    literal: object = None


@dataclass(slots=True)
class Column:
    """A column that a query can see. ``hidden`` columns (``$path``) are not part of ``*``."""

    name: str
    type: Type
    sql: str
    hidden: bool = False
    denied: bool = False  # the session may not read it


@dataclass(slots=True)
class Relation:
    """One item of FROM under its alias. ``path`` holds the names a table may also be called by."""

    alias: str
    columns: list[Column]
    path: tuple[str, ...] = ()
    element: "Value | None" = None  # what the alias alone means, for an unnested array

    def find(self, name: str) -> list[Column]:
        return [column for column in self.columns if column.name == name]


@dataclass(slots=True)
class Source:
    """What a table's name in FROM stands for: DuckDB's text and the columns of the service.

    ``names`` are the columns' names inside DuckDB where they differ (a subquery); ``path`` holds
    the longer names that may qualify a column; ``table`` is what was found;
    ``denied`` are columns that the session may not read.
    """

    sql: str
    columns: list[tuple[str, Type]]
    hidden: list[tuple[str, Type]] = field(default_factory=list)
    names: list[str] | None = None
    path: tuple[str, ...] = ()
    table: object = None
    denied: frozenset[str] = frozenset()


@dataclass
class Grouping:
    """The GROUP BY of a query: the texts of its keys, simple columns apart."""

    keys: set[str] = field(default_factory=set)
    composite: bool = False


@dataclass
class Scope:
    """Names visible inside one SELECT; ``parent`` is the SELECT around it."""

    parent: "Scope | None" = None
    relations: list[Relation] = field(default_factory=list)
    star: list[tuple[str, Column]] = field(default_factory=list)  # what * means, with its relation
    merged: dict[str, Column] = field(default_factory=dict)  # columns joined by USING
    parameters: dict[str, Value] = field(default_factory=dict)  # of a lambda
    aliases: dict[str, Value] = field(default_factory=dict)  # select aliases, where they count
    windows: dict = field(default_factory=dict)
    ctes: dict = field(default_factory=dict)
    order_keys: list = field(default_factory=list)  # of ORDER BY: (position, text, direction)
    clause: str = "SELECT"
    select_names: set[str] = field(default_factory=set)  # aliases given in the select list
    grouping: Grouping | None = None
    inside_aggregate: bool = False
    inside_window: bool = False
    lambda_of: "Scope | None" = None  # a lambda's body sees its SELECT through this

    def cte(self, name: str):
        scope = self
        while scope is not None:
            if name in scope.ctes:
                return scope.ctes[name]
            scope = scope.lambda_of or scope.parent
        return None

    def add(self, relation: Relation) -> None:
        self.relations.append(relation)
        self.star.extend((relation.alias, c) for c in relation.columns if not c.hidden)

    def all_names(self) -> list[str]:
        """Return every column name in sight, for suggestions."""
        names: list[str] = []
        scope = self
        while scope is not None:
            names.extend(scope.parameters)
            for relation in scope.relations:
                names.extend(column.name for column in relation.columns)
            scope = scope.lambda_of or scope.parent
        return names


NULL_VALUE = Value("NULL", NULL)

#: the hidden column that counts the steps of a recursive query
DEPTH = "lab depth"


def inside_names(names: list[str]) -> list[str]:
    """Return names for use inside DuckDB: repeated ones get a number (the user never sees it)."""
    seen: dict[str, int] = {}
    unique = []
    for name in names:
        low = name.lower()
        seen[low] = seen.get(low, 0) + 1
        unique.append(name if seen[low] == 1 else f"{name}:{seen[low]}")
    return unique
