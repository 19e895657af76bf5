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

    from dealab.cloud.joining import replacing
    from dealab.models.dynamodb import partiql, requests, statements, tables, values
    from dealab.models.dynamodb.conditions import Condition

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
            known = {}

            def table_of(name):
                if name not in known:
                    known[name] = described(backend, name)
                return known[name]

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

    def exports(backend):
        return backend.__dict__.setdefault("_lab_exports", tables.Exports())

    def check_recovery(backend, name):
        status = backend.describe_continuous_backups(name)["PointInTimeRecoveryDescription"]
        tables.check_recovery(name, status["PointInTimeRecoveryStatus"])

    def error(code, message):
        if code == "ValidationException":
            return MockValidationException(message)
        return DynamodbException(f"{errors}{code}", message)

    on_handler = replacing(DynamoHandler, error)
    restore, change = DynamoHandler.restore_table_to_point_in_time, DynamoHandler.update_table
    create, bring = DynamoHandler.create_table, DynamoHandler.import_table

    @on_handler
    def export_table_to_point_in_time(self):
        import boto3

        ask, backend = self.body, self.dynamodb_backend
        tables.Exports.check(ask)
        name = ask["TableArn"].rsplit("/", 1)[-1]
        check_recovery(backend, backend.get_table(name).name)
        s3 = boto3.client("s3", region_name=self.region)

        def put(key, data):
            s3.put_object(Bucket=ask["S3Bucket"], Key=key, Body=data)

        found = exports(backend).add(ask, Store(backend).items(name), time.time(), put)
        return DynamoResult({"ExportDescription": found})

    @on_handler
    def describe_export(self):
        found = exports(self.dynamodb_backend).find(self.body["ExportArn"])
        return DynamoResult({"ExportDescription": found})

    @on_handler
    def list_exports(self):
        found = exports(self.dynamodb_backend).summaries(self.body.get("TableArn"))
        return DynamoResult({"ExportSummaries": found})

    @on_handler
    def restore_table_to_point_in_time(self):
        tables.check_restore(self.body)
        check_recovery(self.dynamodb_backend, self.body["SourceTableName"])
        return restore(self)

    @on_handler
    def update_table(self):
        if self.body.get("ReplicaUpdates"):
            tables.global_table()
        result = change(self)
        if self.body.get("BillingMode") == "PAY_PER_REQUEST":
            owner = self.dynamodb_backend.get_table(self.body["TableName"])
            owner.throughput.update(ReadCapacityUnits=0, WriteCapacityUnits=0)
        return result

    @on_handler
    def create_table(self):
        tables.check_new(self.body)
        return create(self)

    @on_handler
    def import_table(self):
        tables.check_import(self.body)
        return bring(self)

    stream_records = DynamoDBStreamsBackend.get_records

    def records_of_iterator(self, iterator_arn, limit):
        if iterator_arn not in self.shard_iterators:
            raise MockValidationException("Invalid ShardIterator")
        return stream_records(self, iterator_arn, limit)

    DynamoDBStreamsBackend.get_records = records_of_iterator
    DynamoHandler.create_global_table = tables.global_table
    DynamoHandler.execute_statement = runs(statements.execute, several=False)
    DynamoHandler.execute_transaction = runs(statements.transaction, several=True)
    DynamoHandler.batch_execute_statement = runs(statements.batch, several=True)
    for operation in ("put_item", "update_item", "delete_item", "batch_write_item"):
        wrap(operation, write)
    wrap("transact_write_items", transact_write)
    for operation in ("get_item", "batch_get_item", "transact_get_items"):
        wrap(operation, read)
    for operation in ("query", "scan"):
        wrap(operation, pages)
