"""ANALYZE COMPRESSION: which encoding would suit each column, from a sample of its values.

The figures are the lab's own estimate: AZ64 by the bits that the values need, ZSTD by a general
compressor. https://docs.aws.amazon.com/redshift/latest/dg/r_ANALYZE_COMPRESSION.html
(read 2026-11-23)
"""

import zlib
from decimal import Decimal

from dealab.sql.errors import ServiceError
from dealab.sql.redshift import namespace as spaces
from dealab.sql.redshift import places, storage
from dealab.sql.redshift.statements.maintenance import tables_of
from dealab.sql.results import Outcome, Plan
from dealab.sql.types import VARCHAR, decimal, quote

COLUMNS = ["Table", "Column", "Encoding", "Est_reduction_pct"]
WIDTH = {"smallint": 2, "integer": 4, "bigint": 8, "date": 4, "real": 4, "double": 8, "boolean": 1}
SAMPLE = 100_000
FEW = 100


def analyze(engine, reader) -> Plan:
    reader.expect("ANALYZE", "COMPRESSION")
    found, names = None, []
    if reader.is_name() and not reader.sees("COMPROWS"):
        found = places.existing(engine, reader.qualified())
        if not isinstance(found, spaces.Table):
            raise ServiceError("42809", f'"{found.name}" is not a table')
        if reader.sees("("):
            names = reader.listed(reader.identifier)
    rows = SAMPLE
    if reader.accept("COMPROWS"):
        rows = reader.integer()
        if not 1000 <= rows <= 1_000_000_000:
            raise ServiceError("22023", "COMPROWS must be between 1000 and 1000000000")
    reader.end()
    for name in names:
        if found.column(name) is None:
            raise ServiceError("42703", f'column "{name}" does not exist')
    chosen = [found] if found is not None else tables_of(engine)

    def work():
        lines = []
        for table in chosen:
            for column in table.columns:
                encoding, percent = suggestion(engine, table, column, max(rows, SAMPLE), names)
                lines.append((table.name, column.name, encoding, percent))
        note = "Est_reduction_pct is the lab's own estimate from the values in the table."
        kinds = [VARCHAR, VARCHAR, VARCHAR, decimal(5, 2)]
        return Outcome(list(COLUMNS), kinds, lines, notes=[note])

    return Plan(work=work)


def suggestion(engine, table, column, rows: int, names) -> tuple[str, Decimal]:
    """Return the encoding to use and how many percent smaller the column would get."""
    nothing = Decimal("0.00")
    if names and column.name not in names:
        return "N/A", nothing
    current = "raw" if column.encode == "none" else column.encode
    if column.name in table.sortkey:  # left as it is: range-restricted scans need it
        return current, nothing
    place = storage.place(table)
    values = [
        row[0]
        for row in engine.duck().execute(
            f"SELECT CAST({quote(column.name)} AS VARCHAR) FROM {place} "
            f"WHERE {quote(column.name)} IS NOT NULL LIMIT {rows}"
        )
    ]
    if len(values) < FEW:  # too few for a recommendation
        return current, nothing
    raw = raw_size(column.type, values)
    zipped = len(zlib.compress("\n".join(values).encode(), 6))
    packed = {"zstd": zipped}
    if column.type.name in ("smallint", "integer", "bigint", "decimal", "date", "timestamp"):
        low, high = engine.duck().execute(
            f"SELECT {_number(column.type, f'min({quote(column.name)})')}, "
            f"{_number(column.type, f'max({quote(column.name)})')} FROM {place}"
        )[0]
        bits = max(1, int(high - low).bit_length())
        packed = {"az64": max(1, len(values) * bits // 8)}
    best = min(packed, key=lambda name: (packed[name], name))
    before = raw if current == "raw" else packed.get(current, zipped * 5 // 4)
    if packed[best] >= before:
        return current, nothing
    return best, Decimal(f"{100 * (before - packed[best]) / before:.2f}")


def _number(kind, text: str) -> str:
    if kind.name == "date":
        return f"({text} - DATE '2000-01-01')"
    if kind.name == "timestamp":
        return f"epoch_us({text})"
    return f"CAST({text} * {10 ** (kind.args[1] if kind.name == 'decimal' else 0)} AS HUGEINT)"


def raw_size(kind, values) -> int:
    """Return how many bytes the values take without compression."""
    if kind.name == "decimal":
        return len(values) * (8 if kind.args[0] <= 19 else 16)
    if kind.name in WIDTH:
        return len(values) * WIDTH[kind.name]
    if kind.name in ("char", "varchar", "super", "varbinary"):
        if kind.name == "char":
            return len(values) * kind.args[0]
        return sum(len(value.encode()) + 4 for value in values)
    return len(values) * 8
