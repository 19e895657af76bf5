"""The format and schema of one object, as the crawler's classifiers see it.

The built-in ones are asked in the documented order: Avro, ORC, Parquet, JSON, ..., CSV.
https://docs.aws.amazon.com/glue/latest/dg/add-classifier.html (checked 2026-11-23)
"""

import bz2
import csv
import gzip
import io
import re
import zlib
from dataclasses import dataclass, field

from dealab.models.crawler import hive
from dealab.sql.errors import LabLimit

READ_BYTES = 2**20  # a crawler looks at the first megabyte of text, or the first 1,000 records
READ_RECORDS = 1000
MAX_HEADER = 150  # characters of a column name in a header
DELIMITERS = (",", "|", "\t", ";", "\x01")
# settings that follow from what an object holds: they may differ within a table
_OF_THE_CONTENT = ("paths", "avro.schema.literal", "areColumnsQuoted", "skip.header.line.count")
_XML = re.compile(rb"\s*<(\?xml|[A-Za-z_][\w.-]*[\s/>])")
_APACHE = re.compile(rb'\S+ \S+ \S+ \[[^\]]+\] "[A-Z]+ [^"]*" \d{3} ')


@dataclass(frozen=True)
class Schema:
    """What a classifier made of one object. ``columns`` are pairs of name and Hive type."""

    classification: str
    columns: tuple[tuple[str, str], ...] = ()
    compression: str = "none"
    serde: str = ""
    serde_parameters: tuple[tuple[str, str], ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()
    records: int = field(default=0, compare=False)
    named: bool = True  # False: the column names are made up (col0, col1, ...)

    @property
    def shape(self) -> tuple:
        """What has to be the same in all objects of one table: data compatibility."""
        pairs = (*self.serde_parameters, *self.parameters)
        kept = tuple(pair for pair in pairs if pair[0] not in _OF_THE_CONTENT)
        return self.classification, self.compression, self.serde, kept


def classify(name: str, data: bytes, custom=()) -> Schema:
    """Return the schema of an object. ``custom`` are classifiers as CreateClassifier takes them.

    Without a match the classification is ``UNKNOWN`` and there are no columns. Raises LabLimit for
    a format that the service knows and the lab doesn't.
    """
    compression, data = _unpacked(name, data)
    for classifier in custom:
        kind, told = next(iter(classifier.items()))
        schema = {"CsvClassifier": _custom_csv, "JsonClassifier": _custom_json}[kind](data, told)
        if schema:
            return _with(schema, compression)
    for built_in in (_avro, _orc, _parquet, _json, _not_here, _built_in_csv):
        try:
            schema = built_in(data)
        except (ValueError, OSError, LookupError, TypeError):  # it only begins like the format
            continue
        if schema:
            return _with(schema, compression)
    return Schema("UNKNOWN", compression=compression)


def _with(schema: Schema, compression: str) -> Schema:
    return Schema(**{**schema.__dict__, "compression": compression})


def _unpacked(name: str, data: bytes) -> tuple[str, bytes]:
    """Return the compression as the catalog names it, and the plain bytes (of text: the start)."""
    if data[:2] == b"\x1f\x8b":
        try:
            return "gzip", gzip.decompress(data)
        except (OSError, EOFError, zlib.error):
            return "gzip", b""
    if data[:3] == b"BZh":
        try:
            return "bzip2", bz2.decompress(data)
        except (OSError, ValueError):
            return "bzip2", b""
    if data[:4] == b"PK\x03\x04" or name.endswith((".lz4", ".snappy", ".zst")):
        raise LabLimit(
            f"crawlers over {name.rpartition('.')[2]} files",
            "The crawler unpacks ZIP (one file), BZIP, GZIP, LZ4 and Snappy.",
            "Splittable or small files are read in parallel; one large GZIP file is not.",
        )
    return "none", data


# --- binary formats -------------------------------------------------------------------


def _avro(data: bytes) -> Schema | None:
    if data[:4] != b"Obj\x01":
        return None
    text = hive.avro_schema(data)
    return Schema(
        "avro",
        hive.from_avro(text),
        serde="org.apache.hadoop.hive.serde2.avro.AvroSerDe",
        serde_parameters=(("serialization.format", "1"), ("avro.schema.literal", text)),
        parameters=(("avro.schema.literal", text), ("typeOfData", "file")),
    )


def _orc(data: bytes) -> Schema | None:
    if data[:3] != b"ORC":
        return None
    from pyarrow import orc

    file = orc.ORCFile(io.BytesIO(data))
    serde = "org.apache.hadoop.hive.ql.io.orc.OrcSerde"
    return _columnar("orc", file.schema, file.nrows, serde)


def _parquet(data: bytes) -> Schema | None:
    if data[:4] != b"PAR1" or data[-4:] != b"PAR1":
        return None
    from pyarrow import parquet

    file = parquet.ParquetFile(io.BytesIO(data))
    serde = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
    return _columnar("parquet", file.schema_arrow, file.metadata.num_rows, serde)


def _columnar(kind: str, schema, rows: int, serde: str) -> Schema:
    return Schema(
        kind,
        tuple((column.name.lower(), hive.from_arrow(column.type)) for column in schema),
        serde=serde,
        serde_parameters=(("serialization.format", "1"),),
        parameters=(("typeOfData", "file"),),
        records=rows,
    )


def _not_here(data: bytes) -> None:
    """Refuse what a later built-in classifier of the service would recognize."""
    for what, hit in (
        ("XML", _XML.match(data)),
        ("Apache logs", _APACHE.match(data)),
        ("Amazon Ion", data[:4] == b"\xe0\x01\x00\xea"),
    ):
        if hit:
            raise LabLimit(
                f"crawlers over {what}",
                "A built-in classifier recognizes the format and makes a table of it.",
                "Built-in classifiers know Avro, ORC, Parquet, JSON, XML, Ion, logs and CSV.",
            )


# --- JSON -----------------------------------------------------------------------------


def _json(data: bytes, path: str = "") -> Schema | None:
    documents = hive.json_documents(data[:READ_BYTES], READ_RECORDS, whole=len(data) <= READ_BYTES)
    if documents is None and len(data) > READ_BYTES:  # one document longer than a megabyte
        documents = hive.json_documents(data[: 10 * READ_BYTES], READ_RECORDS, whole=True)
    if not documents:
        return None
    if path:
        documents = [part for document in documents for part in hive.at_json_path(document, path)]
        if not documents:
            return None
    elif all(isinstance(document, list) for document in documents):
        # An array of records is one column to the built-in classifier; a custom one with the
        # path $[*] makes columns of it.
        documents = [{"array": document} for document in documents]
    if not all(isinstance(document, dict) for document in documents):
        return None
    kind = hive.of_values(documents)
    columns = tuple((name.lower(), hive.text(part)) for name, part in kind.fields)
    paths = ",".join(name for name, _ in kind.fields)
    return Schema(
        "json",
        columns,
        serde="org.openx.data.jsonserde.JsonSerDe",
        serde_parameters=(("paths", paths),),
        parameters=((("jsonPath", path),) if path else ()) + (("typeOfData", "file"),),
        records=len(documents),
    )


def _custom_json(data: bytes, told: dict) -> Schema | None:
    return _json(data, told.get("JsonPath") or "$")


# --- CSV ------------------------------------------------------------------------------


def _rows(data: bytes, delimiter: str, quote: str | None) -> list[list[str]] | None:
    try:
        text = data[:READ_BYTES].decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.start < len(data[:READ_BYTES]) - 4:
            return None
        text = data[: error.start].decode("utf-8-sig")
    if "\x00" in text:
        return None
    if len(data) > READ_BYTES:
        text = text[: text.rfind("\n") + 1]
    quoting = csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter, quotechar=quote or None, quoting=quoting
    )
    try:
        rows = [row for row, _ in zip(reader, range(READ_RECORDS + 1), strict=False) if row]
    except csv.Error:
        return None
    return rows


def _built_in_csv(data: bytes) -> Schema | None:
    for delimiter in DELIMITERS:
        rows = _rows(data, delimiter, '"')
        if rows and len(rows) > 1 and len(rows[0]) > 1 and len({len(row) for row in rows}) == 1:
            quoted = b'"' in data[:READ_BYTES]
            return _table_of_rows(rows, delimiter, _is_header(rows), quoted)
    return None


def _is_header(rows: list[list[str]]) -> bool:
    """Tell whether the first row names the columns, by the four documented rules."""
    first, rest = rows[0], rows[1:]
    for at, name in enumerate(first):
        last = at == len(first) - 1
        if last and not any(row[at].strip() for row in rows):
            continue  # a trailing delimiter
        if hive.of_text([name]) != "string" or not name.strip() or not name.isprintable():
            return False
        if not last and len(name) >= MAX_HEADER:
            return False
    return any(hive.of_text([row[at] for row in rest]) != "string" for at in range(len(first)))


def _custom_csv(data: bytes, told: dict) -> Schema | None:
    delimiter, quote = told.get("Delimiter") or ",", told.get("QuoteSymbol") or '"'
    rows = _rows(data, delimiter, quote)
    if not rows or len({len(row) for row in rows}) != 1:
        return None
    if len(rows[0]) < 2 and not told.get("AllowSingleColumn"):
        return None
    if not told.get("DisableValueTrimming", False):
        rows = [[value.strip() for value in row] for row in rows]
    names, contains = told.get("Header"), told.get("ContainsHeader") or "UNKNOWN"
    if names and len(names) != len(rows[0]):
        return None
    header = contains == "PRESENT" or (
        contains == "UNKNOWN" and (rows[0] == names if names else _is_header(rows))
    )
    quoted = quote.encode() in data[:READ_BYTES]
    types = told.get("CustomDatatypes") if told.get("CustomDatatypeConfigured") else None
    serde = told.get("Serde") or ""
    return _table_of_rows(rows, delimiter, header, quoted, names, types, quote, serde)


def _table_of_rows(
    rows, delimiter, header, quoted, names=None, types=None, quote='"', serde=""
) -> Schema:
    body = rows[1:] if header else rows
    named = bool(names) or header
    count = len(rows[0])
    names = names or (rows[0] if header else [f"col{at}" for at in range(count)])
    names = [name.strip().lower() or f"col{at}" for at, name in enumerate(names)]
    found = [hive.of_text([row[at] for row in body]) for at in range(count)]
    if types:  # a value that only a custom type can read; without one the built-in type stays
        found = [
            hive.custom_type(types, [row[at] for row in body], found[at]) for at in range(count)
        ]
    parameters = [("areColumnsQuoted", str(quoted).lower()), ("columnsOrdered", "true")]
    parameters += [("delimiter", delimiter), ("typeOfData", "file")]
    if header:
        parameters.append(("skip.header.line.count", "1"))
    if serde == "OpenCSVSerDe":
        library = "org.apache.hadoop.hive.serde2.OpenCSVSerde"
        settings = (("quoteChar", quote), ("separatorChar", delimiter))
    else:
        library = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
        settings = (("field.delim", delimiter),)
    return Schema(
        "csv",
        tuple(zip(hive.unique(names), found, strict=True)),
        serde=library,
        serde_parameters=settings,
        parameters=tuple(parameters),
        records=len(body),
        named=named,
    )
