"""The parameters of COPY, in any order, and which of them exclude each other.

https://docs.aws.amazon.com/redshift/latest/dg/r_COPY.html
https://docs.aws.amazon.com/redshift/latest/dg/r_COPY-alphabetical-parm-list.html (2026-11-23)
"""

import re
from dataclasses import dataclass, field

from dealab.sql.errors import LabLimit, ServiceError
from dealab.sql.redshift.loading import authorization, moments

ENCODINGS = {
    "UTF8": "utf-8",
    "UTF16": "utf-16",
    "UTF16LE": "utf-16-le",
    "UTF16BE": "utf-16-be",
    "ISO88591": "iso-8859-1",
}
COLUMNAR = ("PARQUET", "ORC")
FORMATS = ("CSV", "FIXEDWIDTH", "SHAPEFILE", "AVRO", "JSON", "PARQUET", "ORC", "ICEBERG")
#: parameters without a value
SWITCHES = (
    *("ACCEPTANYDATE", "BLANKSASNULL", "EMPTYASNULL", "ESCAPE", "EXPLICIT_IDS", "FILLRECORD"),
    *("IGNOREBLANKLINES", "REMOVEQUOTES", "ROUNDEC", "TRIMBLANKS", "TRUNCATECOLUMNS"),
    *("IGNOREALLERRORS", "NOLOAD", "MANIFEST", "SERIALIZETOJSON", "SSH"),
)
COMPRESSIONS = ("GZIP", "BZIP2", "LZOP", "ZSTD")
MAX_ERRORS = 100_000


@dataclass
class Options:
    """What a COPY says. ``given`` holds every parameter's name, in upper case."""

    format: str = "TEXT"  # TEXT, CSV, FIXEDWIDTH, JSON, PARQUET
    delimiter: str = "|"
    quote: str = '"'
    widths: tuple[int, ...] = ()
    json: str = "auto"
    null: str = "\\N"
    encoding: str = "UTF8"
    compression: str = ""
    header: int = 0
    max_error: int = 0
    dateformat: str = ""
    timeformat: str = ""
    replacement: str | None = None  # of ACCEPTINVCHARS; None: invalid characters are errors
    region: str = ""
    given: set[str] = field(default_factory=set)
    values: dict = field(default_factory=dict)  # of parameters that are only recorded
    authorization: dict = field(default_factory=dict)

    def has(self, name: str) -> bool:
        return name in self.given


def read(reader) -> Options:
    """Take the parameters behind the source, up to the end or to JOB."""
    made = Options()
    while not reader.done and not reader.sees("JOB"):
        if authorization.take(reader, made.authorization):
            continue
        if not _one(reader, made):
            raise reader.fail()
    return made


def _note(reader, made: Options, name: str) -> None:
    if name in made.given:
        raise ServiceError("42601", "conflicting or redundant options", *reader.place())
    made.given.add(name)


def _one(reader, made: Options) -> bool:
    """Take one parameter; return False where the next word begins none."""
    if reader.accept("FORMAT"):
        reader.accept("AS")
        if reader.word() not in FORMATS:
            raise reader.fail()
    word = reader.accept_any(*SWITCHES)
    if word:
        _note(reader, made, word)
        return True
    word = reader.accept_any(*FORMATS)
    if word:
        _format(reader, made, word)
        return True
    word = reader.accept_any(*COMPRESSIONS)
    if word:
        _note(reader, made, word)
        if made.compression:
            raise excluded(made.compression, word)
        made.compression = word
        return True
    word = reader.accept_any(*_VALUED)
    if word:
        _note(reader, made, word)
        reader.accept("AS")
        _VALUED[word](reader, made)
        return True
    if reader.accept("NULL"):
        _note(reader, made, "NULL AS")
        reader.accept("AS")
        made.null = marks(reader)
        if made.null == "\n":
            raise ServiceError("22023", "COPY null string cannot be a newline character")
        return True
    return False


def _format(reader, made: Options, word: str) -> None:
    if made.format != "TEXT":
        raise excluded(made.format, word)
    _note(reader, made, word)
    made.format = word
    reader.accept("AS")
    if word == "CSV":
        if reader.accept("QUOTE"):
            _quote(reader, made)
    elif word == "FIXEDWIDTH":
        made.widths = widths(reader.string())
    elif word == "JSON" and reader.is_string():
        made.json = reader.string().strip()
    elif word == "AVRO" and reader.is_string():
        reader.string()
    elif word == "SHAPEFILE" and reader.accept("SIMPLIFY"):
        reader.accept("AUTO")
        reader.accept_any(*[reader.word()]) if reader.word()[:1].isdigit() else None


def _quote(reader, made: Options) -> None:
    _note(reader, made, "QUOTE")
    reader.accept("AS")
    mark = marks(reader)
    if len(mark) != 1 or not mark.isascii():
        raise ServiceError("22023", "CSV quote must be a single one-byte character")
    made.quote = mark


def widths(spec: str) -> tuple[int, ...]:
    """Read ``label:width,...``; the labels mean nothing."""
    found = []
    for part in spec.split(","):
        label, mark, width = part.rpartition(":")
        if not mark or not label.strip() or not width.strip().isdigit() or int(width) < 1:
            raise ServiceError(
                "22023",
                f"Invalid fixed width spec: {spec}",
                hint="the spec is 'label:width,label:width,...'.",
            )
        found.append(int(width))
    return tuple(found)


def marks(reader) -> str:
    r"""Take a string as COPY reads it: ``\t``, ``\\``, ``\ddd`` (octal) and ``\N`` as written."""
    start = reader.offset
    reader.string()
    raw = reader.source.sql[start : reader.tokens[reader.at - 1].end + 1]
    if raw[:1] != "'":
        return reader.tokens[reader.at - 1].text
    raw = raw[1:-1].replace("''", "'")
    return re.sub(r"\\([0-7]{1,3}|x[0-9a-fA-F]{2}|.)", _mark, raw, flags=re.DOTALL)


def _mark(found) -> str:
    body = found[1]
    if body[0].isdigit():
        return chr(int(body, 8))
    if body[0] == "x" and len(body) == 3:
        return chr(int(body[1:], 16))
    known = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "\\": "\\", "'": "'"}
    return known.get(body, "\\" + body)


# --- parameters with a value ------------------------------------------------------------


def _delimiter(reader, made):
    mark = marks(reader)
    if len(mark) != 1 or not mark.isascii():
        raise ServiceError(
            "22023", "COPY delimiter must be a single character", hint="multi-byte text is refused."
        )
    made.delimiter = mark


def _invalid_characters(reader, made):
    made.replacement = "?"
    if reader.is_string():
        mark = marks(reader)
        if len(mark) != 1 or not mark.isascii() or mark == "\0":
            raise ServiceError(
                "22023", "ACCEPTINVCHARS replacement must be a single ASCII character"
            )
        made.replacement = mark


def _dateformat(reader, made):
    made.dateformat = reader.string()


def _timeformat(reader, made):
    made.timeformat = reader.string()


def _encoding(reader, made):
    name = reader.string() if reader.is_string() else reader.spelled()
    made.encoding = name.upper().replace("-", "")
    if made.encoding not in ENCODINGS:
        raise ServiceError("22023", f"Encoding '{name}' is not supported by COPY")


def _header(reader, made):
    made.header = reader.integer()
    if made.header < 0:
        raise ServiceError("22023", "IGNOREHEADER must be zero or more")


def _max_error(reader, made):
    made.max_error = reader.integer()
    if not 0 <= made.max_error <= MAX_ERRORS:
        raise ServiceError("22023", f"MAXERROR must be between 0 and {MAX_ERRORS}")


def _comprows(reader, made):
    made.values["comprows"] = count = reader.integer()
    if not 1000 <= count <= 2_147_483_647:
        raise ServiceError("22023", "COMPROWS must be between 1000 and 2147483647")


def _region(reader, made):
    made.region = region(reader.string())


def region(name: str) -> str:
    if not re.fullmatch(r"[a-z]{2}(-[a-z]+)+-\d", name):
        raise ServiceError("22023", f"Invalid region '{name}'")
    return name


def _compupdate(reader, made):
    word = reader.accept_any("PRESET", "ON", "OFF", "TRUE", "FALSE")
    made.values["compupdate"] = word or "ON"


def _statupdate(reader, made):
    made.values["statupdate"] = reader.accept_any("ON", "OFF", "TRUE", "FALSE") or "ON"


def _readratio(reader, made):
    ratio = reader.integer()
    if not 1 <= ratio <= 200:
        raise ServiceError("22023", "READRATIO must be between 1 and 200")


def _quote_alone(reader, made):
    reader.at -= 1 if reader.tokens[reader.at - 1].text.upper() == "AS" else 0
    made.given.discard("QUOTE")
    _quote(reader, made)


def _encrypted(reader, made):
    reader.accept("AUTO")


def _secret(reader, made):
    reader.string()


_VALUED = {
    "DELIMITER": _delimiter,
    "QUOTE": _quote_alone,
    "ACCEPTINVCHARS": _invalid_characters,
    "DATEFORMAT": _dateformat,
    "TIMEFORMAT": _timeformat,
    "ENCODING": _encoding,
    "IGNOREHEADER": _header,
    "MAXERROR": _max_error,
    "COMPROWS": _comprows,
    "REGION": _region,
    "COMPUPDATE": _compupdate,
    "STATUPDATE": _statupdate,
    "READRATIO": _readratio,
    "ENCRYPTED": _encrypted,
    "MASTER_SYMMETRIC_KEY": _secret,
}


# --- what does not go together -----------------------------------------------------------

#: https://docs.aws.amazon.com/redshift/latest/dg/copy-parameters-data-format.html
_EXCLUDES = {
    "CSV": ("FIXEDWIDTH", "REMOVEQUOTES", "ESCAPE"),
    "FIXEDWIDTH": ("DELIMITER", "ESCAPE", "REMOVEQUOTES"),
    "JSON": (
        *("DELIMITER", "ESCAPE", "FILLRECORD", "IGNOREBLANKLINES", "NULL AS", "READRATIO"),
        "REMOVEQUOTES",
    ),
    "AVRO": (
        *("DELIMITER", "ESCAPE", "FILLRECORD", "IGNOREHEADER", "IGNOREBLANKLINES", "NULL AS"),
        *("REMOVEQUOTES", "ROUNDEC"),
    ),
    "IGNOREALLERRORS": ("MAXERROR",),
}
#: what columnar formats take
#: https://docs.aws.amazon.com/redshift/latest/dg/copy-usage_notes-copy-from-columnar.html
_WITH_COLUMNAR = frozenset(
    ["PARQUET", "ORC", "STATUPDATE", "MANIFEST", "FILLRECORD", "SERIALIZETOJSON", "EXPLICIT_IDS"]
)


def excluded(first: str, second: str) -> ServiceError:
    return ServiceError("42601", f"{second} is not compatible with {first} in COPY")


def check(made: Options) -> None:
    """Refuse parameters that exclude each other, then what the lab does not read."""
    authorization.check(made.authorization)
    if made.format in COLUMNAR:
        for name in sorted(made.given - _WITH_COLUMNAR):
            raise ServiceError(
                "0A000", f"{name} argument is not supported for {made.format} based COPY"
            )
    for first, others in _EXCLUDES.items():
        for second in others:
            if first in made.given and second in made.given:
                raise excluded(first, second)
    if "QUOTE" in made.given and made.format != "CSV":
        raise ServiceError("42601", "QUOTE can only be used with CSV in COPY")
    if "SERIALIZETOJSON" in made.given and made.format not in COLUMNAR:
        raise ServiceError("42601", "SERIALIZETOJSON can only be used with PARQUET or ORC in COPY")
    if "MASTER_SYMMETRIC_KEY" in made.given and "ENCRYPTED" not in made.given:
        raise ServiceError("42601", "MASTER_SYMMETRIC_KEY requires ENCRYPTED")
    if made.format == "CSV" and "DELIMITER" not in made.given:
        made.delimiter = ","
    if made.format == "CSV" and made.quote == made.delimiter:
        raise ServiceError("22023", "COPY delimiter and quote must be different")
    if made.format == "FIXEDWIDTH" and made.encoding != "UTF8":
        raise ServiceError("42601", "fixed-width data files must use UTF-8 encoding")
    for name, given in (("DATEFORMAT", made.dateformat), ("TIMEFORMAT", made.timeformat)):
        if given not in ("", "auto", "epochsecs", "epochmillisecs"):
            moments.patterns(name, given)
    if made.dateformat.startswith("epoch"):
        raise ServiceError("22007", f"Invalid DATEFORMAT format: {made.dateformat}")
    limits(made)


_LIMITS = {
    "ORC": ("COPY from ORC files", "Redshift reads ORC as it reads Parquet."),
    "AVRO": ("COPY from Avro files", "Redshift maps Avro fields to columns, as with JSON."),
    "SHAPEFILE": ("COPY from shapefiles", "Redshift loads shapes into a GEOMETRY column."),
    "ICEBERG": ("COPY from Iceberg files", "Redshift loads them."),
    "SSH": ("COPY from remote hosts over SSH", "Redshift runs commands on hosts of a manifest."),
    "LZOP": ("files compressed with lzop", "Redshift decompresses them while it loads."),
    "ENCRYPTED": (
        "COPY of client-side encrypted files",
        "Redshift decrypts them with the root symmetric key.",
        "Files that S3 encrypts (SSE-S3, SSE-KMS) need no parameter in COPY.",
    ),
}


def limits(made: Options) -> None:
    for name, words in _LIMITS.items():
        if name in made.given:
            raise LabLimit(*words)
    if "master_symmetric_key" in made.authorization.get("credentials", {}):
        raise LabLimit(*_LIMITS["ENCRYPTED"])
