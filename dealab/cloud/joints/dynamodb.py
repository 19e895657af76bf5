"""Conditions, checks of keys and values, capacity units, idempotent transactions and PartiQL.

moto answers bad conditions with its own crashes, takes keys and index keys of any type, filters on
keys, says that every call costs one unit, runs a transaction's token twice, and its PartiQL finds
nothing. Update expressions, indexes, streams and pages are moto's.
"""

import json


def join(lab_of) -> None:
    import time

    from moto.dynamodb import comparisons, models, responses
    from moto.dynamodb.exceptions import (
        DynamodbException,
        InvalidAttributeTypeError,
        MockValidationException,
        TransactionCanceledException,
    )
    from moto.dynamodb.models import table
    from moto.dynamodb.parsing import ast_nodes, validators
    from moto.dynamodb.parsing.reserved_keywords import ReservedKeywords
    from moto.dynamodb.responses import DynamoHandler, DynamoResult
    from moto.dynamodbstreams.models import DynamoDBStreamsBackend

    from dealab.models.dynamodb import partiql, requests, statements, values
    from dealab.models.dynamodb.conditions import Condition
    from dealab.sql.errors import LabLimit

    responses.TRANSACTION_MAX_ITEMS = 100
    table.RESULT_SIZE_LIMIT = 1024 * 1024
    errors = "com.amazonaws.dynamodb.v20120810#"
    kind_of = {"now": "ConditionExpression"}

    def refused(error):
        return MockValidationException(str(error))

    # streams: nothing is written about a write that changed nothing
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html

    add = table.StreamShard.add

    def add_change(self, old, new):
        if old is None or new is None or plain(old) != plain(new):
            add(self, old, new)

    table.StreamShard.add = add_change

    # conditions

    class Parser:
        """What moto's parser is to its callers: parse() gives something with expr(item)."""

        def __init__(self, expr, names, values_, *_):
            self.expr_attr_names_found, self.expr_attr_values_found = [], list(values_ or {})
            self._condition = None
            if expr:
                reserved = ReservedKeywords.get_reserved_keywords()
                try:
                    self._condition = Condition(expr, names, values_, kind_of["now"], reserved)
                except values.Invalid as error:
                    raise refused(error) from error
                self.expr_attr_names_found = self._condition.names

        def parse(self):
            return self

        def expr(self, item):
            if self._condition is None:
                return True
            return self._condition.holds(plain(item) or {})

    def get_filter_expression(expr, names, values_):
        return Parser(expr, names, values_).parse()

    for module in (comparisons, responses, models):
        module.create_condition_expression_parser = Parser
    for module in (comparisons, models, table):
        module.get_filter_expression = get_filter_expression

    def only_targets(self):
        """moto refuses a key attribute also where it is only read: SET copy = key."""

        def check(node):
            self.check_for_hash_or_range_key(node.children[0])
            return node

        kinds = ("Set", "Remove", "Add", "Delete")
        return {getattr(ast_nodes, f"UpdateExpression{kind}Action"): check for kind in kinds}

    validators.UpdateHashRangeKeyValidator._processing_map = only_targets

    # tables as the models want them

    def plain(item):
        return item.to_json()["Attributes"] if item is not None else None

    def described(backend, name):
        """Return the table's keys, index keys and projections (``requests.Table``)."""
        found = backend.get_table(name)
        types = {one["AttributeName"]: one["AttributeType"] for one in found.attr}
        indexes = {
            one.name: requests.Index(
                one.name,
                one in found.global_indexes,
                [key["AttributeName"] for key in one.schema],
                one.projection or {"ProjectionType": "ALL"},
            )
            for one in found.all_indexes()
        }
        keys = [key["AttributeName"] for key in found.schema]
        return requests.Table(found.name, keys, types, indexes)

    def stored(backend, name, key):
        return plain(backend.get_item(name, key))

    # every operation: checked before, its units added after

    def wrap(operation, run):
        original = getattr(DynamoHandler, operation)

        def answered(self):
            backend, body = self.dynamodb_backend, self.body
            tables = {}

            def table_of(name):
                if name not in tables:
                    tables[name] = described(backend, name)
                return tables[name]

            try:
                requests.check(operation, body, table_of)
                kind_of["now"] = (
                    "FilterExpression" if operation in ("query", "scan") else "ConditionExpression"
                )
                result = run(self, original, backend, body, table_of)
            except values.Invalid as error:
                raise refused(error) from error
            finally:
                kind_of["now"] = "ConditionExpression"
            return result

        answered.__name__ = operation
        setattr(DynamoHandler, operation, answered)

    def with_units(result, units, body, several=False):
        result.result.pop("ConsumedCapacity", None)
        shown = [one.shown(body.get("ReturnConsumedCapacity", "NONE")) for one in units.values()]
        shown = [one for one in shown if one]
        if shown:
            result.result["ConsumedCapacity"] = shown if several else shown[0]
        return result

    def write(self, original, backend, body, table_of):
        """PutItem, UpdateItem, DeleteItem, BatchWriteItem and TransactWriteItems."""
        writes = [
            (name, key, stored(backend, name, key), factor)
            for name, key, factor in requests.written(body, table_of)
        ]
        shards = {name: backend.get_table(name).stream_shard for name, *_ in writes}
        lengths = {name: len(shard.items) for name, shard in shards.items() if shard}
        units = {}
        try:
            refusal = None
            try:
                result = original(self)
            except InvalidAttributeTypeError as error:
                refusal = error
            for name, key, before, factor in writes:
                after = stored(backend, name, key)
                if after is not None:
                    table_of(name).check_item(after)
                requests.add_write(units, table_of(name), before, after, factor)
            if refusal:
                raise values.Invalid(table_of(writes[0][0]).of_index(refusal.message))
        except values.Invalid:  # an update gave an index key a wrong type: as if it had not been
            for name, key, before, _ in writes:
                owner = backend.get_table(name)
                owner.delete_item(*backend.get_keys_value(owner, key))
                if before is not None:
                    owner.put_item(before)
                if owner.stream_shard:
                    del owner.stream_shard.items[lengths[name] :]
            raise
        return with_units(result, units, body, several="TableName" not in body)

    def transact_write(self, original, backend, body, table_of):
        token = body.get("ClientRequestToken")
        seen = backend.__dict__.setdefault("_lab_tokens", {})
        asked = json.dumps(body["TransactItems"], sort_keys=True, default=str)
        known = seen.get(token)
        if token and known and time.time() - known[0] < 600:  # good for ten minutes
            if known[1] != asked:
                raise DynamodbException(errors + "IdempotentParameterMismatchException",
                                        "Idempotent parameter mismatch")  # fmt: skip
            return DynamoResult({})
        result = write(self, original, backend, body, table_of)
        result.result.pop("ItemCollectionMetrics", None)
        if token:
            seen[token] = (time.time(), asked)
        return result

    def read(self, original, backend, body, table_of):
        """GetItem, BatchGetItem, TransactGetItems."""
        units = {}
        for name, key, consistent, factor in requests.got(body):
            size = values.item_size(stored(backend, name, key))
            requests.add_read(units, table_of(name), None, size, consistent, factor)
        result = original(self)
        if "TransactItems" in body:  # moto gives whole items
            found, asked = result.result["Responses"], [one["Get"] for one in body["TransactItems"]]
            result.result["Responses"] = list(map(requests.projected, found, asked))
        return with_units(result, units, body, several="TableName" not in body)

    def pages(self, original, backend, body, table_of):
        """Query and Scan: what is read counts, not what is returned."""
        tab, index = table_of(body["TableName"]), body.get("IndexName")
        paths = requests.asked_paths(body, tab, index)
        kept = dict(body)
        everything = requests.without_filter(body)
        if body.get("ReturnConsumedCapacity", "NONE") != "NONE" or paths is not None:
            try:
                body.clear()
                body.update(everything)
                full = original(self).result
            finally:
                body.clear()
                body.update(kept)
        result = original(self)
        fetched = 0
        if paths is not None:  # a local index reads what it does not hold from the table
            keys = [{key: item[key] for key in tab.keys} for item in _filtered(backend, body, full)]
            items = [stored(backend, tab.name, key) for key in keys]
            fetched = len(items)
            result.result["Items"] = [
                values.project(item, paths) if paths else item for item in items
            ]
        if body.get("Select") == "COUNT":
            result.result.pop("Items", None)
        units = {}
        if body.get("ReturnConsumedCapacity", "NONE") != "NONE":
            size = sum(values.item_size(item) for item in full.get("Items", []))
            consistent = bool(body.get("ConsistentRead"))
            requests.add_read(units, tab, index, size, consistent)
            for _ in range(fetched):
                requests.add_read(units, tab, None, 1, consistent)
        return with_units(result, units, body)

    def _filtered(backend, body, full):
        condition = body.get("FilterExpression")
        names, given = body.get("ExpressionAttributeNames"), body.get("ExpressionAttributeValues")
        holds = Condition(condition, names, given, "FilterExpression").holds if condition else None
        items = full.get("Items", [])
        return [item for item in items if holds is None or holds(item)]

    # PartiQL

    class Store:
        def __init__(self, backend):
            self._backend = backend

        def table(self, name):
            return described(self._backend, name)

        def items(self, name):
            return [plain(item) for item in self._backend.get_table(name).all_items()]

        def put(self, name, item):
            self._backend.put_item(name, item)

        def delete(self, name, key):
            self._backend.delete_item(name, key)

    def runs(run, several):
        def answered(self):
            try:
                answer, units = run(Store(self.dynamodb_backend), self.body)
            except values.Invalid as error:
                raise refused(error) from error
            except partiql.Refused as error:
                raise DynamodbException(f"{errors}{error.code}Exception", error.message) from error
            except statements.Cancelled as error:
                raise TransactionCanceledException(
                    [(*why, None) for why in error.reasons]
                ) from error
            return with_units(DynamoResult(answer), units, self.body, several)

        return answered

    # what a table does as a whole

    def needs_recovery(backend, name):
        status = backend.describe_continuous_backups(name)["PointInTimeRecoveryDescription"]
        if status["PointInTimeRecoveryStatus"] != "ENABLED":
            raise DynamodbException(
                f"{errors}PointInTimeRecoveryUnavailableException",
                f"Point in time recovery is not enabled for table '{name}'",
            )

    def export(self):
        import boto3

        ask, backend = self.body, self.dynamodb_backend
        if ask.get("ExportFormat", "DYNAMODB_JSON") != "DYNAMODB_JSON" or ask.get("ExportTime"):
            raise LabLimit("An export as ION or of an earlier time", "DynamoDB writes it.")
        if ask.get("ExportType") == "INCREMENTAL_EXPORT":
            raise LabLimit("An incremental export", "It writes what changed in a time range.")
        name = ask["TableArn"].rsplit("/", 1)[-1]
        needs_recovery(backend, backend.get_table(name).name)
        items, now = Store(backend).items(name), time.time()
        number = (
            f"{int(now * 1000):020d}-{len(backend.__dict__.setdefault('_lab_exports', {})):08x}"
        )
        found = {
            "ExportArn": f"{ask['TableArn']}/export/{number}",
            "ExportStatus": "COMPLETED",
            "TableArn": ask["TableArn"],
            "S3Bucket": ask["S3Bucket"],
            "S3Prefix": ask.get("S3Prefix"),
            "ExportFormat": "DYNAMODB_JSON",
            "ExportType": "FULL_EXPORT",
            "ItemCount": len(items),
            "BilledSizeBytes": sum(map(values.item_size, items)),
            "StartTime": now,
            "EndTime": now,
        }
        s3 = boto3.client("s3", region_name=self.region)
        for key, data in statements.export_files(ask.get("S3Prefix") or "", found, items).items():
            s3.put_object(Bucket=ask["S3Bucket"], Key=key, Body=data)
        backend._lab_exports[found["ExportArn"]] = found
        return DynamoResult({"ExportDescription": found})

    def describe_export(self):
        exports = getattr(self.dynamodb_backend, "_lab_exports", {})
        if self.body["ExportArn"] not in exports:
            raise DynamodbException(f"{errors}ExportNotFoundException", "Export not found")
        return DynamoResult({"ExportDescription": exports[self.body["ExportArn"]]})

    def list_exports(self):
        found = getattr(self.dynamodb_backend, "_lab_exports", {}).values()
        names = ("ExportArn", "ExportStatus", "ExportType")
        return DynamoResult({"ExportSummaries": [
            {name: one[name] for name in names} for one in found
            if self.body.get("TableArn") in (None, one["TableArn"])]})  # fmt: skip

    restore, update_table = DynamoHandler.restore_table_to_point_in_time, DynamoHandler.update_table

    def checked_restore(self):
        if self.body.get("RestoreDateTime"):
            raise LabLimit(
                "Restoring a table to an earlier time",
                "DynamoDB restores any second of the last 35 days into a new table.",
                "The lab restores the latest state.",
            )
        needs_recovery(self.dynamodb_backend, self.body["SourceTableName"])
        return restore(self)

    def global_table(self):
        raise LabLimit("DynamoDB global tables", "It replicates the table to other Regions.",
                       "The last writer wins; replication is asynchronous.")  # fmt: skip

    def checked_update_table(self):
        if self.body.get("ReplicaUpdates"):
            return global_table(self)
        result = update_table(self)
        if self.body.get("BillingMode") == "PAY_PER_REQUEST":
            owner = self.dynamodb_backend.get_table(self.body["TableName"])
            owner.throughput.update(ReadCapacityUnits=0, WriteCapacityUnits=0)
        return result

    create_table = DynamoHandler.create_table

    def checked_create_table(self):
        if self.body.get("LocalSecondaryIndexes") and len(self.body["KeySchema"]) < 2:
            raise MockValidationException(
                "One or more parameter values were invalid: Table KeySchema does not have a range "
                "key, which is required when specifying a LocalSecondaryIndex"
            )
        return create_table(self)

    stream_records = DynamoDBStreamsBackend.get_records

    def records_of_iterator(self, iterator_arn, limit):
        if iterator_arn not in self.shard_iterators:
            raise MockValidationException("Invalid ShardIterator")
        return stream_records(self, iterator_arn, limit)

    DynamoDBStreamsBackend.get_records = records_of_iterator
    DynamoHandler.create_table = checked_create_table
    import_table = DynamoHandler.import_table

    def checked_import(self):
        kinds = self.body["InputFormat"], self.body.get("InputCompressionType")
        if kinds[0] != "DYNAMODB_JSON" or kinds[1] == "ZSTD":
            raise LabLimit(
                f"importing {kinds[0]} files from S3{' with ZSTD' * (kinds[1] == 'ZSTD')}",
                "DynamoDB imports CSV, DYNAMODB_JSON and ION, also compressed, into a new table.",
                "An import uses no write capacity.",
            )
        return import_table(self)

    DynamoHandler.import_table = checked_import

    DynamoHandler.execute_statement = runs(statements.execute, several=False)
    DynamoHandler.execute_transaction = runs(statements.transaction, several=True)
    DynamoHandler.batch_execute_statement = runs(statements.batch, several=True)
    DynamoHandler.export_table_to_point_in_time = export
    DynamoHandler.describe_export, DynamoHandler.list_exports = describe_export, list_exports
    DynamoHandler.restore_table_to_point_in_time = checked_restore
    DynamoHandler.update_table = checked_update_table
    DynamoHandler.create_global_table = global_table
    for operation in ("put_item", "update_item", "delete_item", "batch_write_item"):
        wrap(operation, write)
    wrap("transact_write_items", transact_write)
    for operation in ("get_item", "batch_get_item", "transact_get_items"):
        wrap(operation, read)
    for operation in ("query", "scan"):
        wrap(operation, pages)
