"""What ``CREATE [EXTERNAL] TABLE`` says: columns, partitioning, formats, place and properties.

The statement is Hive's (backquoted names; text in either quotation mark). ``read`` takes all of it,
for tables of Hive's kind and for Iceberg tables alike. The clauses and their order:
https://docs.aws.amazon.com/athena/latest/ug/create-table.html
"""

import re
from dataclasses import dataclass, field

from dealab.sql.athena import hive
from dealab.sql.athena.statements import names
from dealab.sql.types import from_hive

#: types that take no numbers; INTEGER is a word of queries, DDL says INT
PLAIN = frozenset(
    [
        "boolean",
        "tinyint",
        "smallint",
        "int",
        "bigint",
        "double",
        "float",
        "string",
        "binary",
        "date",
        "timestamp",
    ]
)
#: words that Hive's grammar does not take as a name without backquotes
# https://docs.aws.amazon.com/athena/latest/ug/reserved-words.html lists more; the documented log
# tables use some of those (time, timestamp, user) bare, as Hive's grammar lets them.
RESERVED = frozenset(
    "and case cast char column conf cross current database distinct else end exchange extended "
    "from function having if interval join less macro map more not on or over partialscan "
    "preceding preserve reduce select then transform unbounded uniquejoin varchar when where "
    "window following".upper().split()
)
TRANSFORMS = ("YEAR", "MONTH", "DAY", "HOUR", "BUCKET", "TRUNCATE")


@dataclass(frozen=True)
class Field:
    """A column or partition key. ``type`` is Hive's text without blanks, in lower case.

    A partition field of an Iceberg table names a column and has no type; ``transform`` is then ""
    or one of year, month, day, hour, bucket, truncate, with ``argument`` for the last two.
    """

    name: str
    type: str = ""
    comment: str | None = None
    transform: str = ""
    argument: int | None = None
    place: tuple[int, int] = (1, 1)

    def glue(self) -> dict:
        """Return Glue's description of the column."""
        entry = {"Name": self.name, "Type": self.type}
        return entry if self.comment is None else {**entry, "Comment": self.comment}


@dataclass(frozen=True)
class Definition:
    """One CREATE TABLE, as written. What a clause did not say is None or empty.

    ``delimiters`` holds ROW FORMAT DELIMITED's settings under the names of SerDe properties
    (``field.delim``); ``serde`` the class of ROW FORMAT SERDE; ``stored_as`` the upper-case word
    after STORED AS, or "INPUTFORMAT" with both in ``classes``. ``place`` is the line and
    column of the table's name.
    """

    database: str
    name: str
    columns: tuple[Field, ...] = ()
    partitioned_by: tuple[Field, ...] = ()
    external: bool = False
    if_not_exists: bool = False
    comment: str | None = None
    bucketed_by: tuple[str, ...] = ()
    sorted_by: tuple[tuple[str, int], ...] = ()
    buckets: int | None = None
    delimiters: dict | None = None
    serde: str | None = None
    serde_properties: dict = field(default_factory=dict)
    stored_as: str | None = None
    classes: tuple[str, str] | None = None
    location: str | None = None
    properties: dict = field(default_factory=dict)
    place: tuple[int, int] = (1, 1)

    @property
    def table_type(self) -> str:
        """Return the ``table_type`` property in upper case: ICEBERG, DELTA, HUDI or ""."""
        return self.properties.get("table_type", "").upper()


def read(engine, reader) -> Definition:
    """Take the whole statement, from CREATE on."""
    reader.expect("CREATE")
    found: dict = {"external": reader.accept("EXTERNAL")}
    reader.expect("TABLE")
    found["if_not_exists"] = reader.accept("IF", "NOT", "EXISTS")
    found["place"] = reader.place()
    found["database"], found["name"] = names.path(engine, reader)
    if reader.sees("LIKE"):
        # https://docs.aws.amazon.com/athena/latest/ug/unsupported-ddl.html
        raise hive.unsupported("CREATE TABLE LIKE")
    if reader.sees("("):
        found["columns"] = tuple(reader.listed(lambda: read_field(reader)))
    if reader.accept("COMMENT"):
        found["comment"] = reader.string()
    if reader.accept("PARTITIONED BY") or reader.accept("PARTITIONED", "BY"):
        found["partitioned_by"] = tuple(reader.listed(lambda: read_partition_field(reader)))
    if reader.accept("CLUSTERED BY") or reader.accept("CLUSTERED", "BY"):
        _buckets(reader, found)
    if reader.sees("SKEWED") or (reader.sees("STORED") and reader.word(1) == "BY"):
        raise hive.unsupported(f"{reader.word()} BY in CREATE TABLE")
    if reader.accept("ROW", "FORMAT"):
        _row_format(reader, found)
    if reader.accept("STORED", "AS"):
        _stored_as(reader, found)
    if reader.accept("WITH", "SERDEPROPERTIES"):
        found["serde_properties"] = {**found.get("serde_properties", {}), **properties(reader)}
    if reader.accept("LOCATION"):
        found["location"] = reader.string()
    if reader.accept("TBLPROPERTIES"):
        found["properties"] = properties(reader)
    reader.end()
    return Definition(**found)


def _buckets(reader, found: dict) -> None:
    found["bucketed_by"] = tuple(reader.listed(reader.identifier))
    if reader.accept("SORTED BY") or reader.accept("SORTED", "BY"):
        found["sorted_by"] = tuple(reader.listed(lambda: _sorted(reader)))
    reader.expect("INTO")
    found["buckets"] = reader.integer()
    reader.expect("BUCKETS")


def _sorted(reader) -> tuple[str, int]:
    name = reader.identifier()
    return name, 0 if reader.accept_any("ASC", "DESC") == "DESC" else 1


def _row_format(reader, found: dict) -> None:
    if reader.accept("SERDE"):
        found["serde"] = reader.string()
        if reader.accept("WITH", "SERDEPROPERTIES"):
            found["serde_properties"] = properties(reader)
        return
    reader.expect("DELIMITED")
    marks: dict[str, str] = {}
    for words, key in _DELIMITERS:
        if reader.accept(*words):
            marks[key] = reader.string()
            if key == "line.delim" and marks[key] not in ("\n", "10"):
                # apache/hive, ErrorMsg.LINES_TERMINATED_BY_NON_NEWLINE
                raise hive.failed(
                    "SemanticException [Error 10064]: LINES TERMINATED BY only supports newline "
                    "'\\n' right now"
                )
            if key == "field.delim":
                marks["serialization.format"] = marks[key]
                if reader.accept("ESCAPED", "BY"):
                    marks["escape.delim"] = reader.string()
    found["delimiters"] = marks


_DELIMITERS = (
    (("FIELDS", "TERMINATED", "BY"), "field.delim"),
    (("COLLECTION", "ITEMS", "TERMINATED", "BY"), "collection.delim"),
    (("MAP", "KEYS", "TERMINATED", "BY"), "mapkey.delim"),
    (("LINES", "TERMINATED", "BY"), "line.delim"),
    (("NULL", "DEFINED", "AS"), "serialization.null.format"),
)


def _stored_as(reader, found: dict) -> None:
    found["stored_as"] = reader.spelled().upper()
    if found["stored_as"] == "INPUTFORMAT":
        first = reader.string()
        reader.expect("OUTPUTFORMAT")
        found["classes"] = (first, reader.string())


def properties(reader) -> dict[str, str]:
    """Take ``( 'key' = 'value', ... )``."""

    def one() -> tuple[str, str]:
        key = reader.string()
        reader.expect("=")
        return key, reader.string()

    return dict(reader.listed(one))


# --- columns and their types -----------------------------------------------------------


def column_name(reader) -> str:
    """Take a column's name: backquoted, or a word that is not reserved. It may start with a
    digit."""
    if reader.word() in RESERVED:
        raise reader.fail()
    token = None if reader.done else reader.tokens[reader.at]
    if token is not None and token.token_type.name == "VAR":
        return reader.take().text.lower()
    return reader.identifier()


def read_field(reader) -> Field:
    """Take ``name type [COMMENT 'text']``."""
    place = reader.place()
    name = column_name(reader)
    kind = read_type(reader)
    return Field(name, kind, _comment(reader), place=place)


def read_partition_field(reader) -> Field:
    """Take ``name type [COMMENT 'text']``, or Iceberg's ``name`` or ``transform(...)``."""
    place = reader.place()
    if reader.word() in TRANSFORMS and reader.word(1) == "(":
        transform = reader.take().text.lower()
        reader.expect("(")
        argument = None
        if transform in ("bucket", "truncate"):
            argument = reader.integer()
            reader.expect(",")
        name = column_name(reader)
        reader.expect(")")
        return Field(name, transform=transform, argument=argument, place=place)
    name = column_name(reader)
    if reader.sees(",") or reader.sees(")"):
        return Field(name, place=place)
    kind = read_type(reader)
    return Field(name, kind, _comment(reader), place=place)


def _comment(reader) -> str | None:
    return reader.string() if reader.accept("COMMENT") else None


def read_type(reader) -> str:
    """Take a type and return Hive's text of it: lower case, no blanks, no comments."""
    word = reader.word().lower()
    if word in PLAIN:
        reader.take()
        return word
    if word == "decimal":
        reader.take()
        return _decimal(reader)
    if word in ("char", "varchar"):
        reader.take()
        reader.expect("(")
        length = reader.integer()
        reader.expect(")")
        most = 255 if word == "char" else 65535
        if not 1 <= length <= most:
            raise hive.failed(
                f"RuntimeException {word.capitalize()} length {length} out of allowed range "
                f"[1, {most}]",
            )
        return f"{word}({length})"
    if word == "array":
        reader.take()
        reader.expect("<")
        element = read_type(reader)
        reader.expect(">")
        return f"array<{element}>"
    if word == "map":
        reader.take()
        reader.expect("<")
        key = read_type(reader)
        if "<" in key:
            raise reader.fail()
        reader.expect(",")
        value = read_type(reader)
        reader.expect(">")
        return f"map<{key},{value}>"
    if word == "struct":
        return _struct(reader)
    if not word or word.upper() in RESERVED or not reader.is_name():
        raise reader.fail()
    reader.take()  # the parser takes any word: whether it is a type is said later
    return word


_OTHERS = re.compile(r"(?:^|(?<=[<,:]))(?:integer|real)(?=[,>]|$)")


def check_types(fields) -> None:
    """Refuse types that tables of Hive's kind do not have: INTEGER is a word of queries."""
    for column in fields:
        try:
            from_hive(column.type)
            wrong = _OTHERS.search(column.type)
        except ValueError:
            wrong = True
        if wrong:
            line, place = column.place
            raise hive.failed(
                f"ParseException line {line}:{place - 1} cannot recognize input near "
                f"'{column.name}' '{column.type}' in column type",
                "DDL writes int, string, binary where queries write integer, varchar, varbinary.",
            )


def _decimal(reader) -> str:
    precision, scale = 10, 0
    if reader.accept("("):
        precision = reader.integer()
        if reader.accept(","):
            scale = reader.integer()
        reader.expect(")")
    if not 1 <= precision <= 38:
        raise hive.failed("RuntimeException Decimal precision out of allowed range [1,38]")
    if not 0 <= scale <= precision:
        raise hive.failed(f"RuntimeException Decimal scale out of allowed range [0,{precision}]")
    return f"decimal({precision},{scale})"


def _struct(reader) -> str:
    reader.expect("STRUCT")
    reader.expect("<")
    fields, names = [], set()
    while True:
        name = column_name(reader)
        if name in names:
            raise hive.failed(f"SemanticException [Error 10036]: Duplicate column name: {name}")
        names.add(name)
        reader.expect(":")
        fields.append(f"{name}:{read_type(reader)}")
        _comment(reader)
        if not reader.accept(","):
            break
    reader.expect(">")
    return f"struct<{','.join(fields)}>"


_ODD = re.compile(r"(?<=[<,])([^<>,:]*[^a-z0-9_<>,:][^<>,:]*)(?=:)")


def spelled_type(kind: str) -> str:
    """Return Hive's text of a type for a statement: odd field names in backquotes."""
    return _ODD.sub(r"`\1`", kind)
