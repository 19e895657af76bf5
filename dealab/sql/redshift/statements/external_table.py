"""CREATE EXTERNAL TABLE and CREATE EXTERNAL TABLE AS, in the data catalog that Athena shares.

https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_EXTERNAL_TABLE.html (read 2026-11-23)
"""

import re
from dataclasses import dataclass, field

from dealab.sql import lake as lakes
from dealab.sql.athena.serdes import LAZY, STORED_AS
from dealab.sql.errors import LabLimit, ServiceError
from dealab.sql.redshift import places, rights, spectrum
from dealab.sql.redshift.loading.options import marks
from dealab.sql.redshift.statements import definitions
from dealab.sql.results import Outcome, Plan, done
from dealab.sql.types import Type

FORMATS = ("PARQUET", "RCFILE", "SEQUENCEFILE", "TEXTFILE", "ORC", "AVRO", "INPUTFORMAT")


@dataclass
class External:
    """What the statement says. ``columns`` and ``keys`` are pairs of name and Hive's type; of
    CREATE EXTERNAL TABLE AS ``columns`` is None and the keys have no type."""

    database: str
    schema: str
    name: str
    columns: list | None = None
    keys: list = field(default_factory=list)
    serde: str | None = None
    serde_properties: dict = field(default_factory=dict)
    stored_as: str = ""
    formats: tuple[str, str] | None = None
    location: str = ""
    properties: dict = field(default_factory=dict)
    lines: bool = False


def create(engine, reader) -> Plan:
    reader.expect("CREATE", "EXTERNAL", "TABLE")
    said = target(engine, reader)
    if reader.sees("("):
        said.columns = reader.listed(lambda: column(reader))
    if reader.accept("PARTITIONED BY") or reader.accept("PARTITIONED", "BY"):
        with_types = said.columns is not None
        said.keys = reader.listed(
            lambda: column(reader) if with_types else (reader.identifier(), "")
        )
    clauses(reader, said)
    if reader.sees("AS"):
        reader.expect("AS")
        places.block_refused(engine, "CREATE EXTERNAL TABLE")
        return create_as(engine, reader, said)
    reader.end()
    places.block_refused(engine, "CREATE EXTERNAL TABLE")
    if said.columns is None:
        raise reader.fail()
    check(engine, said)
    entry = spectrum.entry(said)
    notes = []
    bucket, _ = lakes.split(said.location)
    if bucket not in engine.lake.buckets():
        notes.append(f"The lab's lake has no bucket {bucket}: the table reads as empty for now.")

    def work():
        engine.catalog.put_table(entry)
        return Outcome(message="CREATE EXTERNAL TABLE", notes=notes)

    return done(work)


def target(engine, reader) -> External:
    """Take the table's name, which an external schema must qualify."""
    place = reader.place()
    if reader.sees("IF", "NOT"):  # the documented syntax has no IF NOT EXISTS
        raise reader.fail()
    parts = reader.qualified()
    if len(parts) > 3:
        raise ServiceError("42601", f"improper qualified name: {'.'.join(parts)}", *place)
    if len(parts) == 3 and parts[0] != engine.database:
        raise ServiceError(
            "0A000", f"cross-database references are not implemented: {'.'.join(parts)}"
        )
    if len(parts) == 1:
        raise ServiceError(
            "42601",
            "External tables must be created in an external schema",
            *place,
            hint="qualify the table's name with an external schema.",
        )
    schema = engine.objects.get("schema", engine.database, parts[-2])
    if schema is None:
        raise ServiceError("3F000", f'schema "{parts[-2]}" does not exist', *place)
    if schema.source is None:
        raise ServiceError(
            "0A000",
            f'Schema "{parts[-2]}" is not an external schema',
            *place,
            hint="External tables can only be created in external schemas.",
        )
    if schema.source["kind"] != "data catalog":
        raise LabLimit(
            f"CREATE EXTERNAL TABLE in a schema FROM {schema.source['kind'].upper()}",
            "only the data catalog and a Hive metastore take external tables.",
        )
    owned(engine, schema)
    database = schema.source["database"]
    if engine.catalog.database(database) is None:
        raise ServiceError("XX000", f"Database {database} does not exist in the external catalog.")
    if engine.catalog.find(database, parts[-1]) is not None:
        raise ServiceError("42P07", f'Relation "{parts[-1]}" already exists', *place)
    return External(database, parts[-2], parts[-1])


def owned(engine, schema) -> None:
    """Only the schema's owner, a superuser, or who has CREATE on it makes external tables."""
    rights.check_schema(engine, schema, "CREATE")


def column(reader):
    """Take ``name type``; the type comes as Hive's text."""
    name = reader.identifier()
    if name in ("$path", "$size", "$spectrum_oid"):
        raise ServiceError("42601", f'column name "{name}" is reserved for a pseudocolumn')
    return name, hive_type(reader)


def hive_type(reader) -> str:
    """Take a type, nested ones included, and return it as the catalog writes it."""
    if reader.word() in ("STRUCT", "ARRAY", "MAP"):
        return nested(reader)
    if reader.word() == "STRING":
        reader.take()
        return "string"
    return spectrum.hive_name(definitions.read_type(reader))


def nested(reader) -> str:
    """Take ``struct<a:int, b:array<varchar(20)>>`` and the like."""
    start, depth = reader.offset, 0
    while not reader.done:
        word = reader.take().text
        depth += word.count("<") - word.count(">")
        if depth == 0 and ">" in word:
            break
        if depth == 0 and not reader.sees("<"):
            break
    end = reader.tokens[reader.at - 1].end + 1
    raw = reader.source.sql[start:end]
    made = spectrum.nested_type(raw)
    if made is None:
        raise ServiceError("42704", f'type "{" ".join(raw.split())}" does not exist')
    return made


def clauses(reader, said: External) -> None:
    """Take ROW FORMAT, STORED AS, LOCATION and TABLE PROPERTIES."""
    if reader.accept("ROW", "FORMAT"):
        if reader.accept("SERDE"):
            said.serde = reader.string()
            if reader.accept("WITH", "SERDEPROPERTIES"):
                said.serde_properties = properties(reader)
        else:
            reader.expect("DELIMITED")
            delimited(reader, said)
    if reader.accept("STORED", "AS"):
        said.stored_as = reader.expect_any(*FORMATS)
        if said.stored_as == "INPUTFORMAT":
            first = reader.string()
            reader.expect("OUTPUTFORMAT")
            said.formats = (first, reader.string())
    elif said.serde is None:
        raise reader.fail()
    else:  # documented examples of SerDes leave it out
        said.stored_as = "TEXTFILE"
    reader.expect("LOCATION")
    said.location = location(reader.string())
    if reader.accept("TABLE", "PROPERTIES"):
        said.properties = properties(reader)


def delimited(reader, said: External) -> None:
    while True:
        if reader.accept("FIELDS", "TERMINATED", "BY"):
            mark = marks(reader)
            mark = "\x01" if mark in ("\\A", "\\a") else mark
            if len(mark) != 1:
                raise ServiceError("22023", "FIELDS TERMINATED BY takes a single ASCII character")
            said.serde_properties["field.delim"] = mark
            said.serde_properties["serialization.format"] = mark
        elif reader.accept("LINES", "TERMINATED", "BY"):
            said.lines = True
            mark = marks(reader)
            if mark[:1] != "\n":
                raise LabLimit(
                    "lines that end with another character than a newline", "Spectrum splits there."
                )
            said.serde_properties["line.delim"] = "\n"
        else:
            return


def properties(reader) -> dict[str, str]:
    """Take ``( 'key' = 'value', ... )``; keys keep their case."""

    def one():
        key = reader.string()
        reader.expect("=")
        return key, raw_text(reader)

    return dict(reader.listed(one))


def raw_text(reader) -> str:
    r"""Take a string; ``\\`` and ``\t`` mean what they mean in a literal, other pairs stay."""
    return marks(reader)


def location(text: str) -> str:
    made = re.sub(r"^[sS]3://", "s3://", text)
    try:
        lakes.split(made)
    except lakes.BadLocation as problem:
        raise ServiceError("XX000", f"Invalid S3 location: {text}") from problem
    return made


def check(engine, said: External) -> None:
    names = [name for name, _ in said.columns]
    for at, name in enumerate(names):
        if name in names[:at]:
            raise ServiceError("42701", f'column "{name}" specified more than once')
    for at, (name, kind) in enumerate(said.keys):
        if name in names or name in [one for one, _ in said.keys[:at]]:
            raise ServiceError("42701", f'column "{name}" specified more than once')
        if "<" in kind:
            raise ServiceError("0A000", f'partition column "{name}" cannot have a nested type')
    if len(names) + len(said.keys) > 1598:
        raise ServiceError("54011", "tables can have at most 1598 columns")
    bucket, key = lakes.split(said.location)
    if (
        key
        and not key.endswith("/")
        and any(name == f"{bucket}/{key}" for name, _ in engine.lake.objects(said.location))
    ):
        raise LabLimit(
            "external tables over a manifest file", "Spectrum scans the files that it lists."
        )
    check_properties(said.properties)


_HANDLING = {
    "surplus_char_handling": ("SET_TO_NULL", "DISABLED", "FAIL", "DROP_ROW", "TRUNCATE"),
    "surplus_bytes_handling": ("SET_TO_NULL", "DISABLED", "FAIL", "DROP_ROW", "TRUNCATE"),
    "invalid_char_handling": ("DISABLED", "FAIL", "SET_TO_NULL", "DROP_ROW", "REPLACE"),
    "numeric_overflow_handling": ("DISABLED", "FAIL", "SET_TO_NULL", "DROP_ROW"),
    "column_count_mismatch_handling": ("DISABLED", "FAIL", "SET_TO_NULL", "DROP_ROW"),
    "compression_type": ("none", "gzip", "bzip2", "snappy", "zstd"),
    "write.parallel": ("on", "off", "true", "false"),
    "data_cleansing_enabled": ("true", "false"),
}


def check_properties(given: dict) -> None:
    """Refuse values that a property does not have."""
    for key, value in given.items():
        known = _HANDLING.get(key)
        if known and value.lower() not in [one.lower() for one in known]:
            raise ServiceError("22023", f"Invalid value '{value}' for table property '{key}'")
    size = given.get("write.maxfilesize.mb")
    if size is not None and not (size.isdigit() and 5 <= int(size) <= 6200):
        raise ServiceError("22023", "write.maxfilesize.mb must be between 5 and 6200")
    for key in ("numRows", "skip.header.line.count"):
        if key in given and not given[key].strip().isdigit():
            raise ServiceError("22023", f"Invalid value '{given[key]}' for table property '{key}'")


def create_as(engine, reader, said: External) -> Plan:
    """CREATE EXTERNAL TABLE AS: new files in an empty place, partitions registered at once.

    https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_EXTERNAL_TABLE_usage.html#r_CETAS
    """
    from dealab.sql.redshift import statements
    from dealab.sql.redshift.statements.unload import check_limit

    if said.columns is not None:
        raise ServiceError("42601", "CREATE EXTERNAL TABLE AS takes no column list")
    if said.stored_as not in ("PARQUET", "TEXTFILE"):
        raise ServiceError(
            "0A000", "CREATE EXTERNAL TABLE AS only supports the formats PARQUET and TEXTFILE"
        )
    if said.serde is not None:
        raise ServiceError("0A000", "ROW FORMAT SERDE is not supported in CREATE EXTERNAL TABLE AS")
    if said.lines:
        raise ServiceError(
            "0A000", "LINES TERMINATED BY is not supported in CREATE EXTERNAL TABLE AS"
        )
    check_properties(said.properties)
    wrapped = reader.sees("(")
    tree = reader.query() if not wrapped else _inside(reader)
    check_limit(tree)
    bound, binder = statements.bind(engine, reader, tree)
    names = [name for name, _ in bound.columns]
    for at, name in enumerate(names):
        if name in names[:at]:
            raise ServiceError("42701", f'column "{name}" specified more than once')
    keys = [name for name, _ in said.keys]
    for name in keys:
        if name not in names:
            raise ServiceError("42703", f'partition column "{name}" is not in the query')
    if set(keys) == set(names):
        raise ServiceError("42601", "at least one column must not be a partition column")
    if not said.location.endswith("/"):
        said.location += "/"
    plan = Plan(bound.sql, names, [kind for _, kind in bound.columns], binder.tables, local=True)
    kinds = dict(bound.columns)
    said.columns = [(name, spectrum.hive_name(kinds[name])) for name in names if name not in keys]
    said.keys = [(name, spectrum.hive_name(kinds[name])) for name in keys]

    def work():
        if engine.lake.exists(said.location):
            raise ServiceError(
                "XX000",
                f"The S3 location {said.location} is not empty",
                hint="CREATE EXTERNAL TABLE AS wants an empty location.",
            )
        table = spectrum.table_of(said)
        written = spectrum.write(engine, table, plan)
        said.properties["numRows"] = str(written.update_count)
        entry = spectrum.entry(said)
        engine.catalog.put_table(entry)
        spectrum.register(engine, engine.catalog.find(said.database, said.name), written.partitions)
        written.outcome.message = "CREATE EXTERNAL TABLE"
        return written.outcome

    return done(work)


def _inside(reader):
    return reader.query()


def view(engine, reader) -> Plan:
    """CREATE, ALTER and DROP EXTERNAL VIEW: views in the data catalog."""
    words = " ".join(token.text.upper() for token in reader.tokens[:3])
    raise LabLimit(words, "the view is kept in the Glue Data Catalog, for Athena and EMR as well.")


__all__ = ["LAZY", "STORED_AS", "External", "Type", "create", "view"]
