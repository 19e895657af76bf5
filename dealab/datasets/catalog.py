"""catalog.json: the tables as the API of the Glue Data Catalog returns them."""

from dealab.datasets.tables import TABLES, Table

_TEXT_IN = "org.apache.hadoop.mapred.TextInputFormat"
_TEXT_OUT = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"

# The regular expression for access logs in the Athena User Guide, read 2026-11-23:
# https://docs.aws.amazon.com/athena/latest/ug/create-alb-access-logs-table.html
ALB_REGEX = (
    r"([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*):([0-9]*) ([^ ]*)[:-]([0-9]*) "
    r"([-.0-9]*) ([-.0-9]*) ([-.0-9]*) (|[-0-9]*) (-|[-0-9]*) ([-0-9]*) ([-0-9]*) "
    r'"([^ ]*) (.*) (- |[^ ]*)" "([^"]*)" ([A-Z0-9-_]+) ([A-Za-z0-9.-]*) ([^ ]*) '
    r'"([^"]*)" "([^"]*)" "([^"]*)" ([-.0-9]*) ([^ ]*) "([^"]*)" "([^"]*)" "([^ ]*)" '
    r'"([^\s]+?)" "([^\s]+)" "([^ ]*)" "([^ ]*)" ?([^ ]*)? ?( .*)?'
)

#: format -> (input format, output format, SerDe, its parameters, table parameters)
_FORMATS = {
    "parquet": (
        "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
        "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
        "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
        {"serialization.format": "1"},
        {"classification": "parquet", "parquet.compression": "ZSTD"},
    ),
    "csv": (
        _TEXT_IN,
        _TEXT_OUT,
        "org.apache.hadoop.hive.serde2.OpenCSVSerde",
        {"separatorChar": ",", "quoteChar": '"', "escapeChar": "\\"},
        {"classification": "csv", "skip.header.line.count": "1"},
    ),
    "json": (
        _TEXT_IN,
        _TEXT_OUT,
        "org.openx.data.jsonserde.JsonSerDe",
        {"serialization.format": "1"},
        {"classification": "json"},
    ),
    "cloudtrail": (
        "com.amazon.emr.cloudtrail.CloudTrailInputFormat",
        _TEXT_OUT,
        "com.amazon.emr.hive.serde.CloudTrailSerde",
        {"serialization.format": "1"},
        {"classification": "cloudtrail"},
    ),
    "flow": (
        _TEXT_IN,
        _TEXT_OUT,
        "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
        {"field.delim": " ", "serialization.format": " "},
        {"classification": "csv", "skip.header.line.count": "1"},
    ),
    "alb": (
        _TEXT_IN,
        _TEXT_OUT,
        "org.apache.hadoop.hive.serde2.RegexSerDe",
        {"serialization.format": "1", "input.regex": ALB_REGEX},
        {"classification": "alb"},
    ),
}


# How many times larger than this sample the retailer's real tables are said to be: bills are shown
# for both, since a query over the sample nearly always costs the minimum.
SCALE_FACTOR = "1000"


def catalog(files: dict[str, dict[str | None, int]]) -> dict:
    """Return the catalog of the tables that were written: ``files[table][partition] = rows``."""
    tables, partitions = [], {}
    for name, parts in files.items():
        table = TABLES[name]
        parameters = {
            **_FORMATS[table.format][4],
            "EXTERNAL": "TRUE",
            "dealab.scale_factor": SCALE_FACTOR,
            "recordCount": str(sum(parts.values())),
        }
        tables.append(
            {
                "DatabaseName": "fernway",
                "Name": name,
                "Description": table.description,
                "TableType": "EXTERNAL_TABLE",
                "PartitionKeys": [_column(table.partition)] if table.partition else [],
                "StorageDescriptor": _storage(
                    table, None, [_column(column) for column in table.columns]
                ),
                "Parameters": parameters,
            }
        )
        if table.partition:
            partitions[name] = [
                {
                    "Values": [value],
                    "StorageDescriptor": _storage(
                        table,
                        value,
                        [{"Name": c.name, "Type": c.type} for c in partition_columns(table, value)],
                    ),
                    "Parameters": {**_FORMATS[table.format][4], "recordCount": str(rows)},
                }
                for value, rows in parts.items()
            ]
    return {
        "Databases": [
            {
                "Name": "fernway",
                "Description": "Fernway, a made-up retailer of home and garden goods",
            }
        ],
        "Tables": tables,
        "Partitions": partitions,
    }


def partition_columns(table: Table, value: str | None):
    """Return the columns of a partition's file: orders_raw had no coupon_code before April."""
    if table.name == "orders_raw" and value is not None and value < "2026-04":
        return table.columns[:-1]
    return table.columns


def _column(column) -> dict:
    unit = f" ({column.unit})" if column.unit else ""
    return {"Name": column.name, "Type": column.type, "Comment": column.description + unit}


def _storage(table: Table, value: str | None, columns) -> dict:
    source, target, serde, parameters, _ = _FORMATS[table.format]
    return {
        "Columns": columns,
        "Location": f"s3://{table.folder(value)}/",
        "InputFormat": source,
        "OutputFormat": target,
        "Compressed": False,
        "SerdeInfo": {"SerializationLibrary": serde, "Parameters": parameters},
    }
