"""PartiQL requests: ExecuteStatement, ExecuteTransaction, BatchExecuteStatement.

The items are held by a ``store``: ``table(name)`` gives a ``requests.Table``, ``items(name)`` its
items, ``put(name, item)`` and ``delete(name, key)`` change it. Answers are the API's JSON, but
for the units, which come beside them.
"""

import base64
import json

from dealab.models.dynamodb import partiql, requests, values
from dealab.models.dynamodb.partiql import Refused
from dealab.models.dynamodb.values import Invalid

MAX_BATCH = 25
MAX_TRANSACTION = 100


class Cancelled(Exception):
    """A transaction that was cancelled; ``reasons`` holds (code or None, message) per statement."""

    def __init__(self, reasons: list):
        super().__init__("Transaction cancelled")
        self.reasons = reasons


def _prepared(store, text: str, parameters: list | None) -> tuple:
    """Return a parsed statement, its table and what it would do. Raises Invalid or Refused."""
    found = partiql.parse(text, parameters)
    table = store.table(found.table)
    if found.index and found.index not in table.indexes:
        raise Invalid(f"The table does not have the specified index: {found.index}")
    items, keys = store.items(table.name), table.keys
    if found.index:
        index = table.indexes[found.index]
        keys = index.keys
        items = [entry for item in items if (entry := index.entry(item, table.keys))]
    if found.kind == "INSERT":
        table.check_item({name: values.normal(value) for name, value in found.item.items()})
    outcome = partiql.plan(found, table.keys, keys, items)
    if outcome.write and outcome.write[2]:
        table.check_item(outcome.write[2])
        requests.check_size(outcome.write[2])
    return found, table, outcome


def _apply(store, table, outcome, units: dict, factor: int = 1) -> None:
    key, before, after = outcome.write
    if after is not None:
        store.put(table.name, after)
    elif before is not None:
        store.delete(table.name, key)
    requests.add_write(units, table, before, after, factor)


def execute(store, body: dict) -> tuple[dict, dict]:
    """Run one statement; return the answer and the units. Raises Invalid or Refused."""
    found, table, outcome = _prepared(store, body["Statement"], body.get("Parameters"))
    if found.kind == "EXISTS":
        raise Invalid("EXISTS is a condition of a transaction and cannot run by itself")
    units: dict = {}
    if outcome.write:
        _apply(store, table, outcome, units)
        return {"Items": [partiql.selected(item, found.paths) for item in outcome.items]}, units
    start = int(base64.b64decode(body["NextToken"])) if body.get("NextToken") else 0
    limit = int(body.get("Limit") or len(outcome.read) + 1)
    page = outcome.read[start : start + limit]
    shown = [partiql.selected(item, found.paths) for item in page if found.where(item)]
    answer = {"Items": shown}
    if start + limit < len(outcome.read):
        answer["NextToken"] = base64.b64encode(str(start + limit).encode()).decode()
    size = sum(map(values.item_size, page))
    requests.add_read(units, table, found.index, size, bool(body.get("ConsistentRead")))
    return answer, units


def transaction(store, body: dict) -> tuple[dict, dict]:
    """Run all statements or none. Raises Invalid or Cancelled."""
    if len(body["TransactStatements"]) > MAX_TRANSACTION:
        raise Invalid("Member must have length less than or equal to 100")
    plans, reasons, units = [], [], {}
    for one in body["TransactStatements"]:
        try:
            plans.append(_prepared(store, one["Statement"], one.get("Parameters")))
            found, _, outcome = plans[-1]
            if found.kind == "EXISTS" and not outcome.items:
                raise Refused("ConditionalCheckFailed", "The conditional request failed")
            reasons.append((None, None))
        except Refused as error:
            reasons.append((error.code, error.message))
    if len({found.kind == "SELECT" for found, _, _ in plans}) > 1:
        raise Invalid("Mixed read and write operations are not supported in a transaction")
    touched = [
        (table.name, json.dumps(outcome.write[0], sort_keys=True, default=str))
        for _, table, outcome in plans
        if outcome.write
    ]
    if len(set(touched)) < len(touched):
        raise Invalid("Transaction request cannot include multiple operations on one item")
    if any(code for code, _ in reasons):
        raise Cancelled(reasons)
    answers = []
    for found, table, outcome in plans:
        if outcome.write:
            _apply(store, table, outcome, units, factor=2)
        else:
            size = sum(map(values.item_size, outcome.read))
            requests.add_read(units, table, found.index, size, True, factor=2)
        shown = [partiql.selected(item, found.paths) for item in outcome.items]
        answers.append({"Item": shown[0]} if shown and found.kind == "SELECT" else {})
    return {"Responses": answers}, units


def batch(store, body: dict) -> tuple[dict, dict]:
    """Run statements one by one; each has its own answer or error."""
    if len(body["Statements"]) > MAX_BATCH:
        raise Invalid("Too many statements in the BatchExecuteStatement call")
    answers, units = [], {}
    for one in body["Statements"]:
        try:
            found, table, outcome = _prepared(store, one["Statement"], one.get("Parameters"))
            if found.kind == "SELECT" and not set(table.keys) <= set(found.equal):
                raise Invalid(
                    "Select statements within BatchExecuteStatement must specify the primary key "
                    "in the where clause."
                )
            if outcome.write:
                _apply(store, table, outcome, units)
            else:
                size = sum(map(values.item_size, outcome.read))
                requests.add_read(units, table, None, size, bool(one.get("ConsistentRead")))
            shown = [partiql.selected(item, found.paths) for item in outcome.items]
            answers.append({"TableName": table.name} | ({"Item": shown[0]} if shown else {}))
        except Invalid as error:
            answers.append({"Error": {"Code": "ValidationError", "Message": str(error)}})
        except Refused as error:
            answers.append({"Error": {"Code": error.code, "Message": error.message}})
    return {"Responses": answers}, units


# export


def export_files(prefix: str, export: dict, items: list[dict]) -> dict[str, bytes]:
    """Return the objects of an export to S3 by their keys.

    ``export`` is the ExportDescription. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html
    """
    import gzip
    import hashlib

    number = export["ExportArn"].rsplit("/", 1)[-1]
    home = f"{prefix.rstrip('/') + '/' if prefix else ''}AWSDynamoDB/{number}"
    lines = "".join(json.dumps({"Item": item}, separators=(",", ":")) + "\n" for item in items)
    data = gzip.compress(lines.encode(), mtime=0)
    key = f"{home}/data/{hashlib.md5(number.encode()).hexdigest()[:26]}.json.gz"
    files = {
        "itemCount": len(items),
        "md5Checksum": base64.b64encode(hashlib.md5(data).digest()).decode(),
        "etag": hashlib.md5(data).hexdigest() + "-1",
        "dataFileS3Key": key,
    }
    summary = {
        "version": "2020-06-30",
        "exportArn": export["ExportArn"],
        "tableArn": export["TableArn"],
        "s3Bucket": export["S3Bucket"],
        "s3Prefix": prefix or None,
        "manifestFilesS3Key": f"{home}/manifest-files.json",
        "billedSizeBytes": sum(map(values.item_size, items)),
        "itemCount": len(items),
        "outputFormat": "DYNAMODB_JSON",
        "exportType": "FULL_EXPORT",
    }
    return {
        f"{home}/_started": b"",
        key: data,
        f"{home}/manifest-files.json": json.dumps(files).encode() + b"\n",
        f"{home}/manifest-summary.json": json.dumps(summary).encode(),
    }
