"""Filter patterns, metric filters, subscriptions, retention and Logs Insights.

moto takes every pattern that is not plain words as one that matches, makes no metric, ignores the
pattern of a subscription, keeps events for ever, and its Insights ignores filter and stats.
"""

import base64
import json


def join(lab_of) -> None:
    import time

    import boto3
    from moto.core.exceptions import JsonRESTError
    from moto.logs import models
    from moto.logs.models import LogGroup, LogsBackend, LogStream
    from moto.logs.responses import LogsResponse

    from dealab.models import log_groups, log_patterns, logs_insights
    from dealab.sql.errors import LabLimit

    put_events, put_filter = LogStream.put_log_events, LogsBackend.put_metric_filter
    subscribe, put_subscription = (
        LogGroup.put_subscription_filter,
        LogsBackend.put_subscription_filter,
    )
    describe, keep = LogGroup.to_describe_dict, LogsBackend.put_retention_policy

    def refuse(message, code="InvalidParameterException"):
        raise JsonRESTError(code, message)

    def compiled(text):
        try:
            return log_patterns.compile_pattern(text or "")
        except log_patterns.PatternError as error:
            refuse(f"Invalid filter pattern: {error}")

    class EventMessageFilter:
        def __init__(self, pattern):
            self.matches = lambda message: compiled(pattern).match(message) is not None

    def named(backend, *names):
        """Return names of groups, which may be given as ARNs; refuse those that are not there."""
        plain = [name.rsplit(":log-group:", 1)[-1].removesuffix(":*") for name in names if name]
        if not plain or any(name not in backend.groups for name in plain):
            raise models.ResourceNotFoundException()
        return plain

    seen = log_groups.seen

    # what happens as events arrive

    def put_log_events(self, log_events):
        filters = self.log_group.subscription_filters
        self.log_group.subscription_filters = {}  # moto would deliver all events
        first = len(self.events)
        try:
            token = put_events(self, log_events)
        finally:
            self.log_group.subscription_filters = filters
        new = [seen(event) for event in self.events[first:]]
        group, backend = self.log_group.name, models.logs_backends[self.account_id][self.region]
        found = backend.filters.get_matching_filters(log_group_name=group)
        for namespace, datum in log_groups.metric_data(found, new):
            from moto.backends import get_backend

            cloudwatch = get_backend("cloudwatch")[self.account_id][self.region]
            cloudwatch.put_metric_data(namespace, [datum])
        source = {"owner": self.account_id, "logGroup": group, "logStream": self.log_stream_name}
        for one in filters.values():
            packed = log_groups.subscribed(one.filter_pattern, new, one.name, source)
            if packed:
                _deliver(self, one.destination_arn, packed)
        return token

    def _deliver(stream, target, packed):
        from dealab.cloud.delivery import deliver

        service, name = target.split(":")[2], target.rsplit("/", 1)[-1]
        if service == "lambda":
            data = {"awslogs": {"data": base64.b64encode(packed).decode()}}
            deliver(target, data, source=stream.log_group.arn)
            return
        client = boto3.client(service, region_name=stream.region)
        if service == "kinesis":
            key = stream.log_stream_name
            client.put_record(StreamName=name, Data=packed, PartitionKey=key)
        elif service == "firehose":
            client.put_record(DeliveryStreamName=name, Record={"Data": packed})
        else:
            raise LabLimit(
                f"a subscription to {target}",
                "CloudWatch Logs delivers the events to it.",
                "Subscription filters send events to Kinesis, Firehose, Lambda and OpenSearch "
                "as they come in.",
            )

    # filters

    def put_metric_filter(self, filter_name, filter_pattern, log_group_name, changes):
        named(self, log_group_name)
        compiled(filter_pattern)
        if any(one.get("dimensions") and "defaultValue" in one for one in changes):
            refuse(
                "Invalid metric transformation: dimensions and default value are mutually "
                "exclusive properties."
            )
        self.filters.delete_filter(filter_name, log_group_name)  # putting it again replaces it
        put_filter(self, filter_name, filter_pattern, log_group_name, changes)

    def test_metric_filter(self):
        pattern = compiled(self._get_param("filterPattern"))
        messages = self._get_param("logEventMessages")
        return json.dumps({"matches": log_groups.matches(pattern, messages)})

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

    def filter_log_events(self):
        """moto ignores the prefix of stream names and the group's ARN, and does not interleave."""
        ask, backend = self._get_param, self.logs_backend
        [group] = named(backend, ask("logGroupIdentifier") or ask("logGroupName"))
        names, prefix = ask("logStreamNames") or [], ask("logStreamNamePrefix")
        if names and prefix:
            refuse("The parameters logStreamNames and logStreamNamePrefix are mutually exclusive")
        compiled(ask("filterPattern"))
        if prefix:
            streams = backend.groups[group].streams
            names = [name for name in streams if name.startswith(prefix)] or ["\0"]
        page = (ask("startTime"), ask("endTime"), ask("limit"), ask("nextToken"))
        events, token, searched = backend.filter_log_events(
            group, names, *page, ask("filterPattern"), True
        )
        answer = {"events": events, "searchedLogStreams": searched}
        return json.dumps(answer | ({"nextToken": token} if token else {}))

    def to_describe_dict(self):
        backend = models.logs_backends[self.account_id][self.region]
        count = len(backend.filters.get_matching_filters(log_group_name=self.name))
        return {**describe(self), "metricFilterCount": count}

    # retention: the lab drops events as soon as they are due, the service within 72 hours

    def retained(self):
        kept = self.__dict__.setdefault("_kept", [])
        days = self.log_group.retention_in_days
        if days:
            oldest = (lab_of().clock.time() - int(days) * 86_400) * 1000
            kept[:] = [event for event in kept if event.timestamp >= oldest]
        return kept

    def put_retention(self, log_group_name, retention_in_days):
        named(self, log_group_name)
        if int(retention_in_days) not in log_groups.RETENTION_DAYS:
            refuse("Specified retention days are not valid.")  # wording not checked
        keep(self, log_group_name, retention_in_days)

    def create_export_task(self, **ask):
        """As the service lays it out: prefix/task id/stream/000000.gz."""
        group, bucket, prefix = ask["logGroupName"], ask["destination"], ask["destinationPrefix"]
        start, end = ask["fromTime"], ask["to"]
        s3 = boto3.client("s3", region_name=self.region_name)
        named(self, group)
        if start > end:
            refuse("The specified time range is not valid.")
        try:
            s3.head_bucket(Bucket=bucket)
        except s3.exceptions.ClientError:
            refuse("The given bucket does not exist. Please make sure the bucket is valid.")
        task_id = str(models.mock_random.uuid4())
        task = models.ExportTask(task_id, ask["taskName"], group, bucket, prefix, start, end)
        streams = self.groups[group].streams.items()
        events = {name: [seen(event) for event in stream.events] for name, stream in streams}
        files = log_groups.export_files(f"{prefix}/", task_id, events, start, end)
        for key, body in files.items():
            s3.put_object(Bucket=bucket, Key=key, Body=body)
        task.status = {"code": "COMPLETED", "message": "Completed successfully"}
        self.export_tasks[task_id] = task
        return task_id

    # Logs Insights

    def start_query(self):
        ask, backend = self._get_param, self.logs_backend
        language, text = ask("queryLanguage") or "CWLI", ask("queryString")
        if language != "CWLI":
            raise LabLimit(
                f"OpenSearch {language} in Logs Insights",
                "Logs Insights runs the query in that language.",
                "Logs Insights has a query language of its own and takes OpenSearch PPL and "
                "SQL, too.",
            )
        asked = ask("logGroupIdentifiers") or ask("logGroupNames") or [ask("logGroupName")]
        names = named(backend, *asked)
        start, end = self._get_int_param("startTime"), self._get_int_param("endTime")
        if start > end:
            refuse("endTime must not be before startTime.")
        # The service takes seconds; milliseconds are known by their size.
        start, end = (t if t > 10**11 else t * 1000 for t in (start, end))
        events = [
            log_groups.insights_event(event, stream.log_stream_name, backend.account_id, name)
            for name in names
            for stream in backend.groups[name].streams.values()
            for event in stream.events
        ]
        now = int(time.time() * 1000)
        try:
            result = logs_insights.run(text, events, start, end, now, self._get_int_param("limit"))
        except logs_insights.MalformedQuery as error:
            refusal = JsonRESTError("MalformedQueryException", error.message)
            refusal.description = json.dumps(
                {"__type": "MalformedQueryException", **logs_insights.compile_error(error)}
            )
            raise refusal from error
        query_id = str(models.mock_random.uuid4())
        backend.queries[query_id] = log_groups.Query(query_id, text, names, result, now)
        return json.dumps({"queryId": query_id})

    def get_query_results(self, query_id):
        if query_id not in self.queries:
            raise models.ResourceNotFoundException(f"Query {query_id} does not exist.")
        return self.queries[query_id]

    def stop_query(self):
        query = self.logs_backend.get_query_results(self._get_param("queryId"))
        refuse(f"Query {query.query_id} is not running: it is {query.status}.")

    def describe_queries(self, log_group_name, status):
        return [one for one in self.queries.values() if one.fits(log_group_name, status)]

    models.EventMessageFilter = EventMessageFilter
    LogStream.put_log_events = put_log_events
    LogStream.events = property(retained, lambda self, value: self.__dict__.update(_kept=value))
    LogGroup.put_subscription_filter = put_subscription_filter
    LogGroup.to_describe_dict = to_describe_dict
    LogsBackend.put_metric_filter = put_metric_filter
    LogsBackend.put_subscription_filter = checked_subscription
    LogsBackend.put_retention_policy = put_retention
    LogsBackend.create_export_task = create_export_task
    LogsBackend.get_query_results = get_query_results
    LogsBackend.describe_queries = describe_queries
    LogsResponse.filter_log_events = filter_log_events
    LogsResponse.start_query = start_query
    LogsResponse.stop_query = stop_query
    LogsResponse.test_metric_filter = test_metric_filter
