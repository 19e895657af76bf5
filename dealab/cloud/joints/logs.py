"""Filter patterns, metric filters, subscriptions, retention and Logs Insights.

moto takes every pattern that is not plain words as one that matches, makes no metric, ignores the
pattern of a subscription, keeps events for ever, and its Insights ignores filter and stats.
"""

import json


def join(lab_of) -> None:
    import time

    from moto.core.exceptions import JsonRESTError
    from moto.logs import models
    from moto.logs.models import LogGroup, LogsBackend, LogStream
    from moto.logs.responses import LogsResponse

    from dealab.models import log_patterns, logs_insights
    from dealab.sql.errors import LabLimit

    put_events, put_filter = LogStream.put_log_events, LogsBackend.put_metric_filter
    subscribe, put_subscription = (
        LogGroup.put_subscription_filter,
        LogsBackend.put_subscription_filter,
    )
    export, send = LogsBackend.create_export_task, LogStream._send_log_events

    def refuse(code, message):
        raise JsonRESTError(code, message)

    def compiled(text):
        try:
            return log_patterns.compile_pattern(text or "")
        except log_patterns.PatternError as error:
            refuse("InvalidParameterException", f"Invalid filter pattern: {error}")

    class EventMessageFilter:
        def __init__(self, pattern):
            self.matches = lambda message: compiled(pattern).match(message) is not None

    # what happens as events arrive

    def put_log_events(self, log_events):
        filters = self.log_group.subscription_filters
        self.log_group.subscription_filters = {}
        first = len(self.events)
        try:
            token = put_events(self, log_events)
        finally:
            self.log_group.subscription_filters = filters
        new = self.events[first:]
        _make_metrics(self, new)
        for one in filters.values():
            pattern = compiled(one.filter_pattern)
            chosen = [
                {
                    "id": f"{event.event_id:056d}",
                    "timestamp": event.timestamp,
                    "message": event.message,
                }
                for event in new
                if pattern.match(event.message) is not None
            ]
            if chosen:
                service = one.destination_arn.split(":")[2]
                _deliver(self, service, one, chosen)
        return token

    def _deliver(stream, service, one, chosen):
        import base64
        import gzip

        from dealab.cloud.delivery import deliver

        if service not in ("lambda", "kinesis"):
            send(stream, service, one.destination_arn, one.name, chosen)
            return
        document = {
            "messageType": "DATA_MESSAGE",
            "owner": stream.account_id,
            "logGroup": stream.log_group.name,
            "logStream": stream.log_stream_name,
            "subscriptionFilters": [one.name],
            "logEvents": chosen,
        }
        packed = gzip.compress(json.dumps(document).encode(), mtime=0)
        if service == "lambda":
            data = {"awslogs": {"data": base64.b64encode(packed).decode()}}
            deliver(one.destination_arn, data, source=stream.log_group.arn)
        else:
            import boto3

            kinesis = boto3.client("kinesis", region_name=stream.region)
            name = one.destination_arn.rsplit("/", 1)[-1]
            kinesis.put_record(StreamName=name, Data=packed, PartitionKey=stream.log_stream_name)

    def _make_metrics(stream, events):
        """Put what metric filters and embedded metrics say, with the time of each event."""
        group = stream.log_group.name
        backend = models.logs_backends[stream.account_id][stream.region]
        data = []  # (namespace, datum)
        for one in backend.filters.get_matching_filters(log_group_name=group):
            pattern = compiled(one["filterPattern"])
            for change in one["metricTransformations"]:
                hits = [log_patterns.metric_values(pattern, change, e.message) for e in events]
                default = change.get("defaultValue")
                for event, hit in zip(events, hits, strict=True):
                    if hit is None and default is not None and not any(hits):
                        hit = (float(default), {})
                    if hit is not None:
                        data.append(_datum(change["metricNamespace"], change["metricName"], [hit[0]],
                                           event.timestamp, hit[1], change.get("unit")))  # fmt: skip
        for event in events:
            for found in log_patterns.embedded_metrics(event.message):
                data.append(_datum(found["namespace"], found["name"], found["values"],
                                   found["timestamp"], found["dimensions"], found["unit"]))  # fmt: skip
        if data:
            from moto.backends import get_backend

            cloudwatch = get_backend("cloudwatch")[stream.account_id][stream.region]
            for namespace, datum in data:
                cloudwatch.put_metric_data(namespace, [datum])

    def _datum(namespace, name, values, stamp, dimensions, unit):
        import datetime

        made = {
            "MetricName": name,
            "Values": values,
            "Timestamp": datetime.datetime.fromtimestamp(stamp / 1000, datetime.UTC),
            "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
        }
        return namespace, made | ({"Unit": unit} if unit else {})

    # filters

    def put_metric_filter(
        self, filter_name, filter_pattern, log_group_name, metric_transformations
    ):
        if log_group_name not in self.groups:
            raise models.ResourceNotFoundException()
        compiled(filter_pattern)
        for change in metric_transformations:
            if change.get("dimensions") and change.get("defaultValue") is not None:
                refuse("InvalidParameterException", "Invalid metric transformation: dimensions and "
                       "default value are mutually exclusive properties.")  # fmt: skip
        self.filters.delete_filter(filter_name, log_group_name)  # putting it again replaces it
        put_filter(self, filter_name, filter_pattern, log_group_name, metric_transformations)

    def test_metric_filter(self):
        pattern = compiled(self._get_param("filterPattern"))
        matches = [
            {"eventNumber": number, "eventMessage": message, "extractedValues": found}
            for number, message in enumerate(self._get_param("logEventMessages"), 1)
            if (found := pattern.match(message)) is not None
        ]
        return json.dumps({"matches": matches})

    def put_subscription_filter(self, filter_name, *args, **kwargs):
        kept = self.subscription_filters
        if filter_name in kept:  # moto counts the one that is replaced, too
            self.subscription_filters = {filter_name: kept[filter_name]}
        try:
            subscribe(self, filter_name, *args, **kwargs)
        finally:
            kept.update(self.subscription_filters)
            self.subscription_filters = kept

    def checked_subscription(self, log_group_name, filter_name, filter_pattern, *args, **kwargs):
        compiled(filter_pattern)
        put_subscription(self, log_group_name, filter_name, filter_pattern, *args, **kwargs)

    # retention: the lab drops events as soon as they are due, the service within 72 hours

    def retained(self):
        kept = self.__dict__.setdefault("_kept", [])
        days = self.log_group.retention_in_days
        if days:
            oldest = (time.time() - int(days) * 86_400) * 1000
            kept[:] = [event for event in kept if event.timestamp >= oldest]
        return kept

    def export_task(self, *args, **kwargs):
        task = export(self, *args, **kwargs)
        if kwargs.get("fromTime", 0) > kwargs.get("to", 1):
            refuse("InvalidParameterException", "The specified time range is not valid.")
        return task

    # Logs Insights

    def start_query(self):
        if self._get_param("queryLanguage") in ("SQL", "PPL"):
            raise LabLimit(f"OpenSearch {self._get_param('queryLanguage')} in Logs Insights",
                           "It runs the query in that language.")  # fmt: skip
        names = self._get_param("logGroupNames") or [self._get_param("logGroupName")]
        names = [n.rsplit(":log-group:", 1)[-1].removesuffix(":*") for n in
                 self._get_param("logGroupIdentifiers") or names if n]  # fmt: skip
        backend, text = self.logs_backend, self._get_param("queryString")
        if not names or any(name not in backend.groups for name in names):
            raise models.ResourceNotFoundException()
        start, end = self._get_int_param("startTime"), self._get_int_param("endTime")
        if start > end:
            refuse("InvalidParameterException", "endTime must not be before startTime.")
        # The service takes seconds; milliseconds are known by their size.
        start, end = (t if t > 10**11 else t * 1000 for t in (start, end))
        events = [
            {"timestamp": e.timestamp, "ingestionTime": e.ingestion_time, "message": e.message,
             "logStream": stream.log_stream_name, "log": f"{backend.account_id}:{name}",
             "ptr": f"{e.event_id:056d}"}
            for name in names
            for stream in backend.groups[name].streams.values()
            for e in stream.events
        ]  # fmt: skip
        try:
            result = logs_insights.run(text, events, start, end, int(time.time() * 1000),
                                       self._get_int_param("limit"))  # fmt: skip
        except logs_insights.MalformedQuery as error:
            problem = JsonRESTError("MalformedQueryException", error.message)
            place = {"startCharOffset": error.start, "endCharOffset": error.end}
            compile_error = {"location": place, "message": error.message}
            problem.description = json.dumps({"__type": "MalformedQueryException",
                "message": error.message, "queryCompileError": compile_error})  # fmt: skip
            raise problem from error
        query_id = str(models.mock_random.uuid4())
        backend.queries[query_id] = Query(query_id, text, names, result, int(time.time() * 1000))
        return json.dumps({"queryId": query_id})

    class Query:
        status = "Complete"

        def __init__(self, query_id, text, names, result, created):
            self.query_id, self.query, self.log_group_names = query_id, text, names
            self.result, self.created = result, created

        def to_json(self, log_group_name):
            return {"queryId": self.query_id, "queryString": self.query, "status": self.status,
                    "createTime": self.created, "logGroupName": self.log_group_names[0]}  # fmt: skip

        def to_result_json(self):
            rows = [[{"field": n, "value": v} for n, v in row] for row in self.result.rows]
            numbers = {"recordsMatched": self.result.matched, "recordsScanned": self.result.scanned,
                       "bytesScanned": self.result.bytes}  # fmt: skip
            return {"queryLanguage": "CWLI", "results": rows, "status": self.status,
                    "statistics": {name: float(value) for name, value in numbers.items()}}  # fmt: skip

    def get_query_results(self, query_id):
        if query_id not in self.queries:
            raise models.ResourceNotFoundException(f"Query {query_id} does not exist.")
        return self.queries[query_id]

    def stop_query(self):
        query = self.logs_backend.get_query_results(self._get_param("queryId"))
        refuse(
            "InvalidParameterException",
            f"Query {query.query_id} is not running: it is {query.status}.",
        )

    def describe_queries(self, log_group_name, status):
        return [q for q in self.queries.values() if log_group_name in (None, *q.log_group_names)
                and status in (None, q.status)]  # fmt: skip

    models.EventMessageFilter = EventMessageFilter
    LogStream.put_log_events = put_log_events
    LogStream.events = property(retained, lambda self, value: self.__dict__.update(_kept=value))
    LogGroup.put_subscription_filter = put_subscription_filter
    LogsBackend.put_metric_filter = put_metric_filter
    LogsBackend.put_subscription_filter = checked_subscription
    LogsBackend.create_export_task = export_task
    LogsBackend.get_query_results = get_query_results
    LogsBackend.describe_queries = describe_queries
    LogsResponse.start_query = start_query
    LogsResponse.stop_query = stop_query
    LogsResponse.test_metric_filter = test_metric_filter
