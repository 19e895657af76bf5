"""Firehose's format conversion: JSON records into Parquet or ORC by the columns of a Glue table.

https://docs.aws.amazon.com/firehose/latest/dev/record-format-conversion.html (checked 2026-11-23)

Left out: Hive's own rules for odd texts of numbers (only what Python reads as a number passes), and
the serializers' sizes of blocks and pages.
"""

import datetime
import decimal
import io
import json
import re

_SIMPLE = {
    "string": "string",
    "boolean": "bool_",
    "tinyint": "int8",
    "smallint": "int16",
    "int": "int32",
    "integer": "int32",
    "bigint": "int64",
    "float": "float32",
    "double": "float64",
    "date": "date32",
    "binary": "binary",
}


def arrow_type(text: str):
    """Return the pyarrow type of a Hive type such as ``array<struct<a:int,b:decimal(9,2)>>``.

    Raises ValueError for a type that it does not know.
    """
    import pyarrow

    text = text.strip()
    name, _, inside = text.partition("<")
    name, inside = name.strip().lower(), inside[:-1]
    if name in _SIMPLE:
        return getattr(pyarrow, _SIMPLE[name])()
    if name == "timestamp":
        return pyarrow.timestamp("ms")
    if re.fullmatch(r"(varchar|char)\(\d+\)", name):
        return pyarrow.string()
    if match := re.fullmatch(r"decimal(?:\((\d+),\s*(\d+)\))?", name):
        return pyarrow.decimal128(int(match.group(1) or 10), int(match.group(2) or 0))
    if name == "array":
        return pyarrow.list_(arrow_type(inside))
    if name == "map":
        return pyarrow.map_(*[arrow_type(part) for part in _parts(inside)])
    if name == "struct":
        pairs = [part.partition(":")[::2] for part in _parts(inside)]
        return pyarrow.struct([(field.strip(), arrow_type(kind)) for field, kind in pairs])
    raise ValueError(f"unknown type {text}")


def _parts(text: str) -> list[str]:
    parts, depth = [""], 0
    for character in text:
        depth += (character in "<(") - (character in ">)")
        if character == "," and not depth:
            parts.append("")
        else:
            parts[-1] += character
    return parts


class Converter:
    """Reads JSON records by ``columns`` (name, Hive type) and writes them as one file.

    ``mappings``: column name -> key in the JSON. Keys are compared without their case unless
    ``case_sensitive``.
    """

    def __init__(self, columns: list, mappings: dict | None = None, case_sensitive: bool = False):
        self.columns = [(name, arrow_type(kind)) for name, kind in columns]
        self.mappings, self.fold = mappings or {}, not case_sensitive

    def read(self, data: bytes) -> dict:
        """Return the row in a record. Raises ValueError for what cannot be converted."""
        document = json.loads(data, parse_float=decimal.Decimal)
        if not isinstance(document, dict):
            raise ValueError("a record must be one JSON object")
        if self.fold:
            document = {key.lower(): value for key, value in document.items()}
        row = {}
        for name, kind in self.columns:
            key = self.mappings.get(name, name)
            row[name] = _value(document.get(key.lower() if self.fold else key), kind)
        return row

    def write(self, rows: list[dict], serializer: str, settings: dict) -> bytes:
        """Return the file: ``serializer`` is ``ParquetSerDe`` or ``OrcSerDe``."""
        import pyarrow

        table = pyarrow.Table.from_pylist(rows, schema=pyarrow.schema(self.columns))
        out = io.BytesIO()
        if serializer == "ParquetSerDe":
            import pyarrow.parquet

            kind = settings.get("Compression", "SNAPPY")
            pyarrow.parquet.write_table(
                table, out, compression="none" if kind == "UNCOMPRESSED" else kind
            )
        else:
            import pyarrow.orc

            kind = settings.get("Compression", "SNAPPY")
            kind = "uncompressed" if kind == "NONE" else kind
            pyarrow.orc.write_table(table, out, compression=kind.lower())
        return out.getvalue()


def _value(value, kind):
    import pyarrow

    types = pyarrow.types
    if value is None:
        return None
    if types.is_string(kind):
        return value if isinstance(value, str) else json.dumps(_plain(value))
    if types.is_boolean(kind):
        if isinstance(value, str) and value.lower() in ("true", "false"):
            return value.lower() == "true"
        return _must(value, isinstance(value, bool), kind)
    if types.is_list(kind):
        _must(value, isinstance(value, list), kind)
        return [_value(one, kind.value_type) for one in value]
    if types.is_map(kind):
        _must(value, isinstance(value, dict), kind)
        return [(_value(k, kind.key_type), _value(v, kind.item_type)) for k, v in value.items()]
    if types.is_struct(kind):
        _must(value, isinstance(value, dict), kind)
        folded = {key.lower(): one for key, one in value.items()}
        return {f.name: _value(folded.get(f.name.lower()), f.type) for f in kind}
    try:
        return _scalar(value, kind)
    except (TypeError, ArithmeticError, OverflowError) as error:
        raise ValueError(f"{value!r} is no {kind}") from error


def _scalar(value, kind):
    import pyarrow

    types = pyarrow.types
    if isinstance(value, bool | list | dict):
        raise ValueError(f"{value!r} is no {kind}")
    if types.is_integer(kind):
        number = int(value) if isinstance(value, str) else value
        _must(value, number == int(number), kind)
        return pyarrow.scalar(int(number), kind).as_py()
    if types.is_floating(kind):
        return float(value)
    if types.is_decimal(kind):
        return decimal.Decimal(str(value)).quantize(decimal.Decimal(1).scaleb(-kind.scale))
    if types.is_timestamp(kind):
        if isinstance(value, str):
            return datetime.datetime.fromisoformat(value).replace(tzinfo=None)
        # Epoch seconds, or milliseconds when they would lie far in the future.
        seconds = float(value) / (1000 if value > 1e11 else 1)
        return datetime.datetime.fromtimestamp(seconds, datetime.UTC).replace(tzinfo=None)
    if types.is_date(kind):
        return datetime.date.fromisoformat(value)
    return str(value).encode()


def _must(value, holds: bool, kind):
    if not holds:
        raise ValueError(f"{value!r} is no {kind}")
    return value


def _plain(value):
    if isinstance(value, decimal.Decimal):
        return float(value)
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list) else value
