"""What DynamoDB does with tables as a whole: exports, imports, restores, and what is refused.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.HowItWorks.html and
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html (not checked)
Left out, by name: exports as ION, of an earlier time or of changes only; imports of CSV and ION;
restores to an earlier time; global tables.
"""

from dealab.models.dynamodb import values
from dealab.models.dynamodb.statements import export_files
from dealab.models.refusals import Refused
from dealab.sql.errors import LabLimit


def check_new(asked: dict) -> None:
    """Check CreateTable. Raises Refused."""
    if asked.get("LocalSecondaryIndexes") and len(asked["KeySchema"]) < 2:
        raise Refused(
            "ValidationException",
            "One or more parameter values were invalid: Table KeySchema does not have a range key, "
            "which is required when specifying a LocalSecondaryIndex",
        )


def check_recovery(name: str, status: str) -> None:
    """Raise Refused unless point-in-time recovery of a table is on (``status``)."""
    if status != "ENABLED":
        raise Refused(
            "PointInTimeRecoveryUnavailableException",
            f"Point in time recovery is not enabled for table '{name}'",
        )


def check_restore(asked: dict) -> None:
    """Raise LabLimit for a restore of another state than the latest."""
    if asked.get("RestoreDateTime"):
        raise LabLimit(
            "restoring a table to an earlier time; it restores the latest state",
            "DynamoDB restores any second of the last 35 days into a new table.",
            "A restore always makes a new table, without its alarms and tags.",
        )


def check_import(asked: dict) -> None:
    """Raise LabLimit for files that the lab does not import."""
    kind, compression = asked["InputFormat"], asked.get("InputCompressionType")
    if kind != "DYNAMODB_JSON" or compression == "ZSTD":
        raise LabLimit(
            f"importing {kind} files from S3{' with ZSTD' * (compression == 'ZSTD')}",
            "DynamoDB imports CSV, DYNAMODB_JSON and ION, also compressed, into a new table.",
            "An import uses no write capacity.",
        )


def global_table(*_):
    """Refuse global tables, by name."""
    raise LabLimit(
        "DynamoDB global tables",
        "DynamoDB replicates the table to other Regions.",
        "The last writer wins; replication is asynchronous.",
    )


class Exports:
    """The exports of one account and Region: ARN -> ExportDescription."""

    def __init__(self):
        self._kept: dict[str, dict] = {}

    @staticmethod
    def check(asked: dict) -> None:
        """Raise LabLimit for an export that the lab does not make."""
        form = asked.get("ExportFormat", "DYNAMODB_JSON")
        if form != "DYNAMODB_JSON" or asked.get("ExportTime"):
            raise LabLimit(
                "an export as ION or of an earlier time",
                "DynamoDB writes the table to S3 as it was, without using read capacity.",
                "An export to S3 needs point-in-time recovery on.",
            )
        if asked.get("ExportType") == "INCREMENTAL_EXPORT":
            raise LabLimit(
                "an incremental export",
                "DynamoDB writes to S3 what changed in a time range.",
                "An export to S3 needs point-in-time recovery on and uses no read capacity.",
            )

    def add(self, asked: dict, items: list[dict], now: float, put) -> dict:
        """Write all items with ``put(key, bytes)``; return the ExportDescription."""
        number = f"{int(now * 1000):020d}-{len(self._kept):08x}"
        found = {
            "ExportArn": f"{asked['TableArn']}/export/{number}",
            "ExportStatus": "COMPLETED",
            "TableArn": asked["TableArn"],
            "S3Bucket": asked["S3Bucket"],
            "S3Prefix": asked.get("S3Prefix"),
            "ExportFormat": "DYNAMODB_JSON",
            "ExportType": "FULL_EXPORT",
            "ItemCount": len(items),
            "BilledSizeBytes": sum(map(values.item_size, items)),
            "StartTime": now,
            "EndTime": now,
        }
        for key, data in export_files(asked.get("S3Prefix") or "", found, items).items():
            put(key, data)
        self._kept[found["ExportArn"]] = found
        return found

    def find(self, arn: str) -> dict:
        if arn not in self._kept:
            raise Refused("ExportNotFoundException", "Export not found")
        return self._kept[arn]

    def summaries(self, table: str | None) -> list[dict]:
        """Return what ListExports shows, of all tables or of one (its ARN)."""
        names = ("ExportArn", "ExportStatus", "ExportType")
        return [
            {name: one[name] for name in names}
            for one in self._kept.values()
            if table in (None, one["TableArn"])
        ]
