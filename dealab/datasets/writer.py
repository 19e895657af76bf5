"""Writing files whose bytes depend on their rows alone.

No file holds the time of its making. Text is never compressed, because the bytes of gzip differ
between builds of zlib. The bytes of Parquet depend on the version of pyarrow, which writes its name
into the footer.
"""

import csv
import json
from pathlib import Path

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


def arrow_type(glue_type: str) -> pa.DataType:
    """Return the Arrow type of a Parquet column's Glue type."""
    if glue_type.startswith("decimal("):
        precision, scale = glue_type[8:-1].split(",")
        return pa.decimal128(int(precision), int(scale))
    return _SIMPLE[glue_type]


def arrow_schema(table: Table) -> pa.Schema:
    return pa.schema([(column.name, arrow_type(column.type)) for column in table.columns])


def decimals(cents: np.ndarray, type: pa.DataType) -> pa.Array:
    """Return whole cents as an Arrow decimal with two places (128-bit little endian, exact)."""
    words = np.empty((len(cents), 2), dtype="<i8")
    words[:, 0] = cents
    words[:, 1] = words[:, 0] >> 63  # the sign fills the upper half
    return pa.Array.from_buffers(type, len(cents), [None, pa.py_buffer(words.tobytes())])


def codes(values, indexes: np.ndarray, null: np.ndarray | None = None) -> pa.Array:
    """Return ``values[indexes]`` as an Arrow array, NULL where ``null`` is true."""
    return pa.array(values).take(pa.array(indexes, mask=null))


def record_batch(table: Table, columns: dict) -> pa.Table:
    """Build an Arrow table in the declared order and types from numpy or Arrow columns."""
    schema = arrow_schema(table)
    arrays = []
    for item in schema:
        values = columns[item.name]
        if not isinstance(values, (pa.Array, pa.ChunkedArray)):
            if pa.types.is_decimal(item.type):
                values = decimals(values, item.type)
            else:
                values = pa.array(values, type=item.type, from_pandas=True)
        arrays.append(values if values.type == item.type else values.cast(item.type))
    return pa.Table.from_arrays(arrays, schema=schema)


class ParquetFile:
    """A Parquet file written in row groups of ``row_group`` rows; holds no more than one of them."""

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
        self._file = open(path, "w", encoding="utf-8", newline="")
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
        self._file = open(path, "w", encoding="utf-8", newline="\n")
        self._file.write(header)
        self.rows = 0

    def write(self, lines) -> None:
        lines = list(lines)
        self._file.writelines(line + "\n" for line in lines)
        self.rows += len(lines)

    def close(self) -> None:
        self._file.close()


class RecordsFile:
    """A CloudTrail file: ``{"Records": [...]}`` with one record a line."""

    def __init__(self, path: Path):
        self._file = open(path, "w", encoding="utf-8", newline="\n")
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
            return ParquetFile(path, table, ROW_GROUPS.get(name, 65_536))
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
    "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end "
    "action log-status\n"
)
