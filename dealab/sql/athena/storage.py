"""What CTAS, INSERT and UNLOAD share: targets, partitions of the catalog, what is told."""

from dataclasses import replace

from dealab.sql.athena.writing import Target, Written
from dealab.sql.results import Outcome


def at(target: Target, location: str) -> Target:
    return replace(target, location=location)


def partition_entry(table: dict, values, folder: str) -> dict:
    """Return Glue's description of a partition of a table (Glue's shape)."""
    storage = table["StorageDescriptor"]
    return {
        "DatabaseName": table["DatabaseName"],
        "TableName": table["Name"],
        "Values": list(values),
        "StorageDescriptor": {**storage, "Location": folder.rstrip("/")},
        "Parameters": {},
    }


def told(engine, written: Written, location: str) -> Outcome:
    """Return the Outcome of a statement that wrote rows, and leave its manifest.

    https://docs.aws.amazon.com/athena/latest/ug/querying-finding-output-files.html
    """
    from dealab.sql.athena import workgroups
    from dealab.sql.render import size

    home = workgroups.output_location(engine.group)
    engine.lake.put(f"{home}{engine.query_id()}-manifest.csv", "\n".join(written.files))

    total = sum(len(engine.lake.read(address)) for address in written.files)
    count = len(written.files)
    outcome = written.outcome
    where = f" in {len(written.partitions)} partitions" if written.partitions else ""
    return Outcome(
        update_count=written.rows,
        bill=outcome.bill,
        duckdb=outcome.duckdb,
        notes=[f"{count:,} file{'' if count == 1 else 's'}, {size(total)}{where} under {location}"],
    )
