"""What the body of a procedure is made of. Conditions, values and statements stay SQL text."""

from dataclasses import dataclass, field

from dealab.sql.types import Type


@dataclass(frozen=True)
class Declaration:
    """A variable. ``type`` is None for a RECORD, a cursor, or where ``like`` names a column
    (``table.column%TYPE``) or a table (``table%ROWTYPE``)."""

    name: str
    type: Type | None = None
    like: tuple[str, ...] = ()
    kind: str = "value"  # value | record | row | cursor | alias
    default: str | None = None
    constant: bool = False
    not_null: bool = False
    query: str = ""  # of a bound cursor
    alias_of: str = ""


@dataclass(frozen=True)
class Statement:
    line: int


@dataclass(frozen=True)
class Block(Statement):
    label: str
    declarations: tuple[Declaration, ...]
    body: tuple[Statement, ...]
    handler: tuple[Statement, ...] | None = None
    continues: bool = False  # CONTINUE_HANDLER of a NONATOMIC procedure


@dataclass(frozen=True)
class Assign(Statement):
    target: tuple[str, ...]
    value: str


@dataclass(frozen=True)
class Sql(Statement):
    """A statement of SQL; ``into`` are the variables that take its first row."""

    text: str
    into: tuple[tuple[str, ...], ...] = ()
    perform: bool = False


@dataclass(frozen=True)
class Execute(Statement):
    text: str
    into: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class If(Statement):
    branches: tuple[tuple[str, tuple[Statement, ...]], ...]
    otherwise: tuple[Statement, ...] = ()


@dataclass(frozen=True)
class Case(Statement):
    branches: tuple[tuple[str, tuple[Statement, ...]], ...]
    otherwise: tuple[Statement, ...] | None = None


@dataclass(frozen=True)
class Loop(Statement):
    label: str
    body: tuple[Statement, ...]
    condition: str | None = None  # of WHILE


@dataclass(frozen=True)
class ForRange(Statement):
    label: str
    variable: str
    first: str
    last: str
    step: str | None
    reverse: bool
    body: tuple[Statement, ...]


@dataclass(frozen=True)
class ForQuery(Statement):
    label: str
    targets: tuple[tuple[str, ...], ...]
    query: str
    dynamic: bool
    body: tuple[Statement, ...]


@dataclass(frozen=True)
class Exit(Statement):
    label: str
    condition: str | None
    again: bool = False  # CONTINUE


@dataclass(frozen=True)
class Raise(Statement):
    level: str
    format: str = ""
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Open(Statement):
    cursor: str
    query: str = ""
    dynamic: bool = False


@dataclass(frozen=True)
class Fetch(Statement):
    cursor: str
    into: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Close(Statement):
    cursor: str


@dataclass(frozen=True)
class Diagnostics(Statement):
    target: tuple[str, ...]


@dataclass(frozen=True)
class Transaction(Statement):
    """COMMIT or ROLLBACK."""

    word: str


@dataclass(frozen=True)
class Return(Statement):
    pass


@dataclass(frozen=True)
class Nothing(Statement):
    pass


@dataclass(frozen=True)
class Argument:
    name: str
    type: Type
    mode: str = "IN"  # IN | OUT | INOUT


@dataclass(frozen=True)
class Procedure:
    """A stored procedure as the namespace keeps it."""

    oid: int
    database: str
    schema: str
    name: str
    arguments: tuple[Argument, ...]
    body: Block
    source: str
    owner: str
    atomic: bool = True
    definer: bool = False
    settings: dict = field(default_factory=dict)

    def inputs(self) -> tuple[Argument, ...]:
        return tuple(one for one in self.arguments if one.mode != "OUT")

    def outputs(self) -> tuple[Argument, ...]:
        return tuple(one for one in self.arguments if one.mode != "IN")
