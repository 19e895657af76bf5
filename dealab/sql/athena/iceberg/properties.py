"""The table properties that Athena takes for Iceberg tables, and their values.

https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-creating-tables.html
"""

from dealab.sql.errors import LabLimit, ServiceError

GB = 1024**3
TARGET = 536_870_912
#: key -> (least value, value that is too much, default)
NUMBERS: dict[str, tuple[int, int | None, int | None]] = {
    "write_target_data_file_size_bytes": (1, None, TARGET),
    "optimize_rewrite_min_data_file_size_bytes": (0, 10 * GB, None),
    "optimize_rewrite_max_data_file_size_bytes": (1, 10 * GB, None),
    "optimize_rewrite_data_file_threshold": (1, 50, 5),
    "optimize_rewrite_delete_file_threshold": (1, 50, 2),
    "vacuum_min_snapshots_to_keep": (1, None, 1),
    "vacuum_max_snapshot_age_seconds": (1, None, 432_000),
    "vacuum_max_metadata_files_to_keep": (1, None, 100),
    "compression_level": (1, 23, None),
}
#: write_compression's values for Parquet, and DuckDB's codec
# https://docs.aws.amazon.com/athena/latest/ug/compression-support-iceberg.html
CODECS = {
    "zstd": "zstd",
    "gzip": "gzip",
    "snappy": "snappy",
    "lz4": "lz4_raw",
    "uncompressed": "uncompressed",
    "none": "uncompressed",
}
DEFAULT_CODEC = "zstd"
#: Athena's own key -> Iceberg's, in the metadata file
TO_ICEBERG = {
    "format": "write.format.default",
    "write_compression": "write.parquet.compression-codec",
    "write_target_data_file_size_bytes": "write.target-file-size-bytes",
}
FROM_ICEBERG = {theirs: ours for ours, theirs in TO_ICEBERG.items()}


def checked(given: dict[str, str], before: dict[str, str] | None = None) -> dict[str, str]:
    """Return the properties (Athena's keys, without ``table_type``) that a statement sets.

    Raises Athena's error for a key or value that it does not take, LabLimit for ORC and Avro.
    """
    made = {}
    for key, value in given.items():
        word = key.lower()
        if word == "table_type":
            if value.upper() != "ICEBERG":
                raise bad(key, value)
        elif word == "format":
            made[word] = _format(value)
        elif word == "write_compression":
            if value.lower() not in CODECS:
                raise bad(key, value)
            made[word] = value.lower()
        elif word == "write_data_path_enabled":
            if value.lower() not in ("true", "false"):
                raise bad(key, value)
            made[word] = value.lower()
        elif word in NUMBERS:
            least, most, _ = NUMBERS[word]
            if not value.isdigit() or int(value) < least or (most and int(value) >= most):
                raise bad(key, value)
            made[word] = str(int(value))
        else:
            # https://github.com/aoyagikouhei/athena-local/blob/main/docs/caveats.md
            raise ServiceError(
                "NOT_SUPPORTED",
                f"Unsupported table property key: {key}",
                hint="Athena takes only a fixed list of properties for Iceberg tables.",
            )
    known = {**(before or {}), **made}
    if "compression_level" in made and "write_compression" not in known:
        raise ServiceError(
            "INVALID_REQUEST",
            "Compression codec must be defined when compression_level property is specified.",
        )
    _check_sizes(known)
    return made


def _check_sizes(known: dict[str, str]) -> None:
    target = int(known.get("write_target_data_file_size_bytes", TARGET))
    low = known.get("optimize_rewrite_min_data_file_size_bytes")
    high = known.get("optimize_rewrite_max_data_file_size_bytes")
    if low is not None and int(low) >= target:
        raise bad("optimize_rewrite_min_data_file_size_bytes", low)
    if high is not None and int(high) <= target:
        raise bad("optimize_rewrite_max_data_file_size_bytes", high)


def _format(value: str) -> str:
    word = value.lower()
    if word in ("orc", "avro"):
        raise LabLimit(
            f"Iceberg tables with {word.upper()} data files",
            "Athena writes the table's data files in that format.",
            "Parquet is the default of Athena's Iceberg tables.",
        )
    if word != "parquet":
        raise bad("format", value)
    return word


def bad(key: str, value: str) -> ServiceError:
    return ServiceError(
        "INVALID_TABLE_PROPERTY", f"Invalid value for table property '{key}': '{value}'"
    )


def value(state, key: str) -> int:
    """Return a numeric property, or its default."""
    held = state.properties.get(TO_ICEBERG.get(key, key))
    if held is not None:
        return int(held)
    target = int(state.properties.get(TO_ICEBERG["write_target_data_file_size_bytes"], TARGET))
    if key == "optimize_rewrite_min_data_file_size_bytes":
        return target * 3 // 4
    if key == "optimize_rewrite_max_data_file_size_bytes":
        return target * 9 // 5
    return NUMBERS[key][2]


def is_set(state, key: str) -> bool:
    return TO_ICEBERG.get(key, key) in state.properties


def codec(state) -> str:
    """Return DuckDB's name of the table's compression."""
    return CODECS[state.properties.get(TO_ICEBERG["write_compression"], DEFAULT_CODEC)]


def to_iceberg(given: dict[str, str]) -> dict[str, str]:
    """Return Athena's keys as the metadata file spells them."""
    return {TO_ICEBERG.get(key, key): value for key, value in given.items()}


def of(state) -> dict[str, str]:
    """Return the table's properties under Athena's keys."""
    return {FROM_ICEBERG.get(key, key): value for key, value in state.properties.items()}
