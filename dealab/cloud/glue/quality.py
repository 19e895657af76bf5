"""Data Quality on tables of the catalog (``dealab.models.dqdl.service``); moto has none of it."""

from dealab.cloud.glue.common import acting, answer, kept, now, tell
from dealab.models.dqdl import documents
from dealab.models.dqdl.service import Quality


def join(lab_of) -> None:
    names = [name for name in vars(Quality) if "data_quality" in name]
    answer({name: lambda b, given, n=name: getattr(_quality(b), n)(given) for name in names})


def _quality(backend) -> Quality:
    from botocore.exceptions import ClientError
    from moto.moto_api._internal import mock_random

    from dealab.sql.errors import ServiceError

    held = kept(backend, "quality")
    if not held:
        held["it"] = Quality(
            now,
            lambda: mock_random.get_random_hex(40),
            _read,
            lambda run, result: _publish(backend, run, result),
            (ClientError, ServiceError, PermissionError),
        )
    return held["it"]


def _table(source: dict) -> dict:
    return source.get("GlueTable") or source["DataQualityGlueTable"]


def _read(source: dict, role: str):
    """Return a table of the lake as a DataFrame, read by a role as a query would."""
    import boto3

    from dealab.sql import Athena

    table = _table(source)
    with acting(role, "GlueDataQuality"):
        boto3.client("glue").get_table(DatabaseName=table["DatabaseName"], Name=table["TableName"])
        name = table["TableName"].replace('"', '""')
        return Athena(database=table["DatabaseName"]).run(f'SELECT * FROM "{name}"').df()


def _publish(backend, run: dict, result: dict) -> None:
    """Send the event and, if asked for, the metrics of a result."""
    import boto3

    table = _table(run["DataSource"])
    detail = documents.event(result, table, backend.account_id)
    kind = "Data Quality Evaluation Results Available"
    tell(backend, kind, detail, source="aws.glue-dataquality")
    if (run.get("AdditionalRunOptions") or {}).get("CloudWatchMetricsEnabled"):
        boto3.client("cloudwatch", region_name=backend.region_name).put_metric_data(
            Namespace="Glue Data Quality",
            MetricData=documents.metric_data(result, table, backend.account_id, now()),
        )
