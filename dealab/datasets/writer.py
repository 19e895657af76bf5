"""Writing files whose bytes depend on their rows alone.

No file holds the time of its making. Text is never compressed, because the bytes of gzip differ
between builds of zlib. The bytes of Parquet depend on the version of pyarrow, which writes its name
into the footer.
"""

import csv
import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from dealab.datasets.tables import TABLES, Table

_SIMPLE = {
    "bigint": pa.int64(),
    "int": pa.int32(),
    "double": pa.float64(),
    "string": pa.string(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "map<string,string>": pa.map_(pa.string(), pa.string()),
}
_NUMPY = {"bigint": "<i8", "int": "<i4", "double": "<f8", "date": "<i4", "timestamp": "<i8"}


class Masked(NamedTuple):
    """Values of a column that are NULL where ``null`` is true."""

    values: np.ndarray
    null: np.ndarray


def codes(words, indexes: np.ndarray, null: np.ndarray | None = None) -> np.ndarray | Masked:
    """Return ``words[indexes]``, NULL where ``null`` is true."""
    values = np.array(words, dtype=object)[indexes]
    return values if null is None else Masked(values, null)


def arrow_type(glue_type: str) -> pa.DataType:
    """Return the Arrow type of a Parquet column's Glue type."""
    if glue_type.startswith("decimal("):
        precision, scale = glue_type[8:-1].split(",")
        return pa.decimal128(int(precision), int(scale))
    return _SIMPLE[glue_type]


def arrow_schema(table: Table) -> pa.Schema:
    return pa.schema([(column.name, arrow_type(column.type)) for column in table.columns])


def arrow_array(values, glue_type: str) -> pa.Array:
    """Return a column of numpy values, a list, or Masked ones as an Arrow array.

    Built from buffers: ``pyarrow.array`` would import pandas, which takes longer than a whole small
    universe. Decimals are given as whole cents, maps as lists of pairs.
    """
    values, null = values if isinstance(values, Masked) else (values, None)
    if glue_type.startswith("map<"):
        pairs = [pair for row in values for pair in row]
        offsets = np.cumsum([0, *(len(row) for row in values)])
        parts = (arrow_array([pair[i] for pair in pairs], "string") for i in range(2))
        return pa.MapArray.from_arrays(arrow_array(offsets, "int"), *parts)
    if glue_type == "string":
        if null is None:
            null = np.array([value is None for value in values], dtype=bool)
        values = ["" if gone else value for value, gone in zip(values, null.tolist(), strict=True)]
        text = [value.encode() for value in values]
        offsets = np.zeros(len(text) + 1, dtype="<i4")
        np.cumsum([len(item) for item in text], out=offsets[1:])
        buffers = [pa.py_buffer(offsets.tobytes()), pa.py_buffer(b"".join(text))]
    else:
        values = np.asarray(values)
        if values.dtype.kind == "M":
            values = values.astype("datetime64[D]" if glue_type == "date" else "datetime64[us]")
            null = np.isnat(values)
            values = np.where(null, 0, values.astype("<i8"))
        if glue_type == "boolean":
            data = np.packbits(values, bitorder="little")
        elif glue_type.startswith("decimal("):
            data = np.empty((len(values), 2), dtype="<i8")  # 128 bits, the low half first
            data[:, 0] = values
            data[:, 1] = data[:, 0] >> 63  # the sign fills the upper half
        else:
            data = values.astype(_NUMPY[glue_type])
        buffers = [pa.py_buffer(data.tobytes())]
    bits = None if null is None else pa.py_buffer(np.packbits(~null, bitorder="little").tobytes())
    return pa.Array.from_buffers(arrow_type(glue_type), len(values), [bits, *buffers])


def record_batch(table: Table, columns: dict) -> pa.Table:
    """Build an Arrow table in the declared order and types."""
    arrays = [arrow_array(columns[column.name], column.type) for column in table.columns]
    return pa.Table.from_arrays(arrays, schema=arrow_schema(table))


class ParquetFile:
    """A Parquet file in row groups of ``row_group`` rows; holds no more than one of them."""

    def __init__(self, path: Path, table: Table, row_group: int):
        self._table, self._row_group = table, row_group
        self._held: list[pa.Table] = []
        self._count = self.rows = 0
        self._file = pq.ParquetWriter(
            path,
            arrow_schema(table),
            version="2.6",
            compression="zstd",
            compression_level=9,
            store_schema=False,  # what other engines would write: no Arrow schema beside Parquet's
            store_decimal_as_integer=True,
        )

    def write(self, columns: dict) -> None:
        batch = record_batch(self._table, columns)
        self.rows += batch.num_rows
        self._held.append(batch)
        self._count += batch.num_rows
        while self._count >= self._row_group:
            self._flush(self._row_group)

    def _flush(self, rows: int) -> None:
        together = pa.concat_tables(self._held)
        self._file.write_table(together.slice(0, rows).combine_chunks(), row_group_size=rows)
        self._held = [together.slice(rows)]
        self._count -= rows

    def close(self) -> None:
        if self._count:
            self._flush(self._count)
        self._file.close()


class CsvFile:
    """A CSV file with a header, ``\\n`` line ends, and quotes only where a value needs them."""

    def __init__(self, path: Path, header: list[str]):
        self._file = open(path, "w", encoding="utf-8", newline="")  # noqa: SIM115 - closed by close()
        self._csv = csv.writer(self._file, lineterminator="\n")
        self._csv.writerow(header)
        self.rows = 0

    def write(self, rows) -> None:
        rows = list(rows)
        self._csv.writerows(rows)
        self.rows += len(rows)

    def close(self) -> None:
        self._file.close()


class TextFile:
    """A file of lines."""

    def __init__(self, path: Path, header: str = ""):
        self._file = open(path, "w", encoding="utf-8", newline="\n")  # noqa: SIM115
        self._file.write(header)
        self.rows = 0

    def write(self, lines) -> None:
        for line in lines:
            self._file.write(line)
            self._file.write("\n")
            self.rows += 1

    def close(self) -> None:
        self._file.close()


class RecordsFile:
    """A CloudTrail file: ``{"Records": [...]}`` with one record a line."""

    def __init__(self, path: Path):
        self._file = open(path, "w", encoding="utf-8", newline="\n")  # noqa: SIM115
        self._file.write('{"Records":[')
        self.rows = 0

    def write(self, records) -> None:
        for record in records:
            self._file.write(",\n" if self.rows else "\n")
            self._file.write(compact(record))
            self.rows += 1

    def close(self) -> None:
        self._file.write("\n]}\n")
        self._file.close()


class _Nothing:
    """Stands for a file of a table that nobody asked for."""

    rows = 0

    def write(self, rows) -> None:
        pass

    def close(self) -> None:
        pass


def compact(value) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


#: Rows in a row group: small where a lesson looks at pruning inside a file.
ROW_GROUPS = {"clickstream": 2048, "order_lines": 4096, "sensor_readings": 4096}


class Tree:
    """Opens the files of the tables asked for, and remembers them with their number of rows."""

    def __init__(self, folder: Path, tables):
        self.folder, self.tables = folder, frozenset(tables)
        #: table -> {partition value or None -> rows}
        self.files: dict[str, dict[str | None, int]] = {
            name: {} for name in TABLES if name in self.tables
        }

    def wants(self, *names: str) -> bool:
        return not self.tables.isdisjoint(names)

    def open(self, name: str, value: str | None = None, header: list[str] | None = None):
        """Open a table's file, or that of one partition; ``header`` replaces the CSV header."""
        if name not in self.tables:
            return _Nothing()
        table = TABLES[name]
        path = self.folder / table.path(value)
        path.parent.mkdir(parents=True, exist_ok=True)
        if table.format == "parquet":
            return ParquetFile(path, table, ROW_GROUPS.get(name, 16_384))
        if table.format == "csv":
            return CsvFile(path, header or [column.name for column in table.columns])
        if table.format == "cloudtrail":
            return RecordsFile(path)
        return TextFile(path, FLOW_HEADER if table.format == "flow" else "")

    def close(self, name: str, value: str | None, file) -> None:
        file.close()
        if name in self.tables:
            self.files[name][value] = file.rows


FLOW_HEADER = (
    "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start "
    "end action log-status\n"
)
