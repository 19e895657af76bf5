"""Statistics, metric math, and alarms that are evaluated as the lab's clock moves.

moto keeps what was put, adds it up from the wrong minute, mixes dimensions and units, knows no
percentile and no expression but a single name, and never evaluates an alarm.
"""

import datetime
import json

from dealab.models import metric_math, metrics

MINUTE = 60
_TWO_WEEKS, _TWO_HOURS = 14 * 86_400, 7_200


def join(lab_of) -> None:
    from moto.cloudwatch.models import Alarm, CloudWatchBackend
    from moto.cloudwatch.responses import CloudWatchResponse
    from moto.cloudwatch.exceptions import CloudWatchException as ServiceException
    from moto.core.responses import ActionResult

    from dealab.sql.errors import LabLimit

    put_data, put_alarm = CloudWatchBackend.put_metric_data, CloudWatchBackend.put_metric_alarm
    alarm_response = CloudWatchResponse.put_metric_alarm
    put_response = CloudWatchResponse.put_metric_data

    def refuse(code, message):
        raise ServiceException(code, message)

    def put_metric_data(self, namespace, metric_data):
        put_data(self, namespace, metric_data)
        wake(lab_of())

    def checked_put_metric_data(self):
        namespace, now = self._get_param("Namespace"), lab_of().clock.time()
        if namespace.startswith("AWS/"):
            what = f"The value {namespace} for parameter Namespace is invalid."
            refuse("InvalidParameterValue", what)
        for number, datum in enumerate(self._get_param("MetricData", []), 1):
            name = f"MetricData.member.{number}"
            if not {"Value", "Values", "StatisticValues"} & set(datum):
                refuse(
                    "InvalidParameterCombination",
                    f"At least one of the parameters must be specified: {name}.Value, "
                    f"{name}.StatisticValues, {name}.Values.",
                )
            when = epoch(datum["Timestamp"]) if "Timestamp" in datum else now
            if not now - _TWO_WEEKS <= when <= now + _TWO_HOURS:
                future = "no more than two hours in the future"
                side = future if when > now else "within the past two weeks"
                what = f"The parameter {name}.Timestamp must specify a time {side}."
                refuse("InvalidParameterValue", what)
        return put_response(self)

    def get_filtered_metrics(self, metric_name, namespace, dimensions):
        unique = {}
        for datum in [*self.metric_data, *_shown(lab_of(), self)]:
            fits = all(
                any(
                    d["Name"] == o.name and d.get("Value") in (None, o.value)
                    for o in datum.dimensions
                )
                for d in dimensions or ()
            )
            key = (datum.namespace, datum.name, _dims(datum.dimensions))
            if fits and namespace in (None, key[0]) and metric_name in (None, key[1]):
                unique.setdefault(key, datum)
        return list(unique.values())

    def get_metric_statistics(self):
        ask = self._get_params()
        stats, extended = ask.get("Statistics") or [], ask.get("ExtendedStatistics") or []
        if not stats and not extended:
            refuse(
                "InvalidParameterCombination",
                "Must specify either Statistics or ExtendedStatistics",
            )
        start, end, period = _range(ask, ask["Period"])
        if (end - start) / period > 1440:
            refuse(
                "InvalidParameterCombination",
                f"You have requested up to {int((end - start) / period):,} datapoints, which exceeds "
                "the limit of 1,440. You may reduce the datapoints requested by increasing Period, "
                "or decreasing the time range.",
            )
        points = []
        by_unit = samples(lab_of(), self.cloudwatch_backend, ask, ask.get("Unit"))
        for unit, found in by_unit.items():
            for begin, group in metrics.buckets(found, start, end, period).items():
                point = {"Timestamp": _time(begin), "Unit": unit}
                point |= {name: metrics.statistic(group, name) for name in stats}
                more = {name: _stat(group, name) for name in extended}
                more = {name: value for name, value in more.items() if value is not None}
                points.append(point | ({"ExtendedStatistics": more} if more else {}))
        return ActionResult({"Label": ask["MetricName"], "Datapoints": points})

    def get_metric_data(self):
        ask = self._get_params()
        start, end, _ = _range(ask, MINUTE)
        queries = ask.get("MetricDataQueries") or []
        for number, query in enumerate(queries, 1):
            if not ("MetricStat" in query) ^ ("Expression" in query):
                refuse(
                    "ValidationError",
                    f"The parameter MetricDataQueries.member.{number}.MetricStat is required.\n",
                )
        found = _series(lab_of(), self.cloudwatch_backend, queries, start, end)
        newest_first = ask.get("ScanBy", "TimestampDescending") == "TimestampDescending"
        results = []
        for query in queries:
            if query.get("ReturnData", True):
                times = sorted(found[query["Id"]], reverse=newest_first)
                metric = query.get("MetricStat", {}).get("Metric", {})
                results.append(
                    {
                        "Id": query["Id"],
                        "Label": query.get("Label") or metric.get("MetricName") or query["Id"],
                        "Timestamps": [_time(one) for one in times],
                        "Values": [found[query["Id"]][one] for one in times],
                        "StatusCode": "Complete",
                    }
                )
        return ActionResult({"MetricDataResults": results, "Messages": []})

    def _range(ask, period):
        start, end = epoch(ask["StartTime"]) // MINUTE * MINUTE, epoch(ask["EndTime"])
        if start >= end:
            refuse("ValidationError" if "MetricDataQueries" in ask else "InvalidParameterValue",
                   "The parameter StartTime must be less than the parameter EndTime.")  # fmt: skip
        _check_period(int(period))
        return start, end, int(period)

    def _check_period(period):
        if period not in (1, 5, 10, 20, 30) and (period < 1 or period % 60):
            refuse(
                "InvalidParameterValue",
                "The parameter Period must be 1, 5, 10, 20, 30, or a multiple of 60.",
            )

    def _stat(group, name):
        try:
            return metrics.statistic(group, name)
        except ValueError:
            refuse(
                "InvalidParameterValue", f"The value {name} for parameter Stat is not supported."
            )

    def _series(lab, backend, queries, start, end, anchor=None):
        """Values of each query: {id: {time: value}}."""
        found, pending = {}, []
        plain = [query["MetricStat"]["Period"] for query in queries if "MetricStat" in query]
        for query in queries:
            if "Expression" in query:
                pending.append(query)
                continue
            ask, period = query["MetricStat"], int(query["MetricStat"]["Period"])
            _check_period(period)
            groups = samples(lab, backend, ask["Metric"], ask.get("Unit"))
            everything = [one for group in groups.values() for one in group]
            grouped = metrics.buckets(everything, anchor or start, end, period)
            values = {begin: _stat(group, ask["Stat"]) for begin, group in grouped.items()}
            found[query["Id"]] = {t: value for t, value in values.items() if value is not None}
        ids = {query["Id"] for query in queries}
        while pending:
            query = next((q for q in pending if not _uses(q, ids - set(found))), pending[0])
            pending.remove(query)
            period = int(query.get("Period") or max([MINUTE, *map(int, plain)]))
            times = [float(t) for t in range(int(start), int(end), period)]
            try:
                found[query["Id"]] = metric_math.evaluate(
                    query["Expression"], dict(found), times, period
                )
            except metric_math.MathError as error:
                refuse("ValidationError", str(error))
        return found

    def _uses(query, others):
        import re

        return set(re.findall(r"\w+", query["Expression"])) & (others - {query["Id"]})

    # alarms

    def checked_alarm_response(self):
        ask = self._get_params()
        self.cloudwatch_backend._lab_metrics = ask.get("Metrics")
        return alarm_response(self)

    def put_composite_alarm(self):
        rule = self._get_param("AlarmRule")
        try:
            metrics.composite(rule, lambda name: _state(self.cloudwatch_backend, name))
        except (ValueError, KeyError) as error:
            refuse("ValidationError", f"AlarmRule is not valid: {error}")
        if self._get_param("ActionsSuppressor"):
            raise LabLimit("ActionsSuppressor of a composite alarm", "It holds back its actions.")
        return alarm_response(self)

    def put_metric_alarm(self, name, *args, **more):
        queries, rule = getattr(self, "_lab_metrics", None), more.get("rule")
        self._lab_metrics = None
        operator = more.get("comparison_operator") or ""
        if rule is None:
            if operator not in metrics.OPERATORS or any(
                "ANOMALY" in q.get("Expression", "") for q in queries or ()
            ):
                raise LabLimit(
                    "Anomaly detection alarms", "CloudWatch learns a band of normal values."
                )
            periods = int(more.get("evaluation_periods") or 0)
            if int(more.get("datapoints_to_alarm") or 1) > periods:
                refuse(
                    "ValidationError",
                    "DatapointsToAlarm must be less than or equal to EvaluationPeriods.",
                )
            if not queries and not more.get("metric_name"):
                refuse(
                    "ValidationError", "Exactly one of MetricName and Metrics must be specified."
                )
            if more.get("treat_missing_data") not in (
                None,
                "missing",
                "ignore",
                "breaching",
                "notBreaching",
            ):
                refuse("ValidationError", f"Option {more['treat_missing_data']} is not supported. Supported "
                       "options for parameter TreatMissingData are [breaching, notBreaching, ignore, missing].")  # fmt: skip
            if not queries:
                _check_period(int(more.get("period") or 0))
        old = self.alarms.get(name)
        alarm = put_alarm(self, name, *args, **more)
        alarm.queries = queries
        alarm.state_value = "INSUFFICIENT_DATA"
        if old:
            alarm.history = old.history
            alarm.state_value, alarm.state_reason = old.state_value, old.state_reason
        what = "updated" if old else "created"
        _note(lab_of(), alarm, "ConfigurationUpdate", f'Alarm "{name}" {what}', {"type": what})
        wake(lab_of(), self)
        return alarm

    def update_state(self, reason, reason_data, state_value):
        _change(lab_of(), self, state_value, reason, json.loads(reason_data or "{}"))
        wake(lab_of())

    def _state(backend, name):
        return backend.alarms[name.rsplit(":alarm:", 1)[-1]].state_value

    def _note(lab, alarm, kind, summary, data):
        alarm.history.append(
            {
                "AlarmName": alarm.name,
                "AlarmType": "CompositeAlarm" if alarm.rule else "MetricAlarm",
                "Timestamp": lab.clock.now(),
                "HistoryItemType": kind,
                "HistorySummary": summary,
                "HistoryData": json.dumps({"version": "1.0", **data}),
            }
        )

    def _change(lab, alarm, state, why, data):
        """Move to a state; tell the history, EventBridge and the alarm's actions."""
        old = {"value": alarm.state_value, "reason": alarm.state_reason}
        alarm.state_reason, alarm.state_reason_data = why, json.dumps(data)
        alarm.state_value, alarm.state_updated_timestamp = state, lab.clock.now()
        if state == old["value"]:
            return
        new = {"stateValue": state, "stateReason": why, "stateReasonData": data}
        before = {"stateValue": old["value"], "stateReason": old["reason"]}
        summary = f"Alarm updated from {old['value']} to {state}"
        _note(lab, alarm, "StateUpdate", summary, {"oldState": before, "newState": new})
        _announce(lab, alarm, old, {"value": state, "reason": why, "reasonData": json.dumps(data)})
        actions = {"ALARM": alarm.alarm_actions, "OK": alarm.ok_actions}
        chosen = actions.get(state, alarm.insufficient_data_actions)
        for action in chosen or () if alarm.actions_enabled else ():
            _act(lab, alarm, action, old, why)
        backend = next(b for b in _backends(lab) if alarm in b.alarms.values())
        for other in list(backend.alarms.values()):
            if other.rule and alarm.name in other.rule:
                _evaluate_composite(lab, backend, other)

    def _announce(lab, alarm, old, new):
        import boto3

        from dealab.cloud.labtime import LabTime

        stamp = _iso(lab.clock.now())
        detail = {
            "alarmName": alarm.name,
            "state": {**new, "timestamp": stamp},
            "previousState": old,
            "configuration": {"alarmRule": alarm.rule} if alarm.rule else {
                "metrics": [{"id": "m1", "metricStat": {"metric": {"namespace": alarm.namespace,
                    "name": alarm.metric_name, "dimensions": dict(_dims(alarm.dimensions))},
                    "period": alarm.period, "stat": alarm.statistic}, "returnData": True}]},
        }  # fmt: skip
        with LabTime(lab.clock):
            events = boto3.client("events", region_name=alarm.region_name)
            entry = {"Source": "aws.cloudwatch", "DetailType": "CloudWatch Alarm State Change"}
            entry |= {"Detail": json.dumps(detail), "Resources": [alarm.alarm_arn]}
            events.put_events(Entries=[entry])

    def _act(lab, alarm, action, old, why):
        from dealab.cloud.delivery import deliver

        now = lab.clock.now()
        if ":sns:" in action:
            document = {
                "AlarmName": alarm.name,
                "AlarmDescription": alarm.description,
                "AWSAccountId": lab.account,
                "NewStateValue": alarm.state_value,
                "NewStateReason": why,
                "StateChangeTime": _iso(now),
                "Region": alarm.region_name,
                "AlarmArn": alarm.alarm_arn,
                "OldStateValue": old["value"],
            }
            if alarm.rule:
                document["AlarmRule"] = alarm.rule
            else:
                document["Trigger"] = {
                    "MetricName": alarm.metric_name,
                    "Namespace": alarm.namespace,
                    "Statistic": (alarm.statistic or "").upper(),
                    "Dimensions": [{"name": n, "value": v} for n, v in _dims(alarm.dimensions)],
                    "Period": alarm.period,
                    "EvaluationPeriods": alarm.evaluation_periods,
                    "DatapointsToAlarm": alarm.datapoints_to_alarm,
                    "ComparisonOperator": alarm.comparison_operator,
                    "Threshold": alarm.threshold,
                    "TreatMissingData": alarm.treat_missing_data or "missing",
                }
        elif ":lambda:" in action:
            document = {
                "source": "aws.cloudwatch",
                "alarmArn": alarm.alarm_arn,
                "accountId": lab.account,
                "time": _iso(now),
                "region": alarm.region_name,
                "alarmData": {
                    "alarmName": alarm.name,
                    "state": {"value": alarm.state_value, "reason": why, "timestamp": _iso(now)},
                    "previousState": old,
                },
            }
        else:
            raise LabLimit(f"The alarm action {action}", "CloudWatch carries it out.")
        outcome = "Successfully executed action"
        try:
            deliver(action, document, source=alarm.alarm_arn)
        except Exception as error:  # the service notes a failed action and goes on
            outcome = f"Failed to execute action ({type(error).__name__})"
        _note(lab, alarm, "Action", f"{outcome} {action}", {"actionState": outcome.split()[0]})

    def _evaluate_composite(lab, backend, alarm):
        try:
            holds = metrics.composite(alarm.rule, lambda name: _state(backend, name))
        except KeyError:
            return
        state = "ALARM" if holds else "OK"
        _change(lab, alarm, state, f"{alarm.rule} evaluated to {'TRUE' if holds else 'FALSE'}", {})

    def evaluate(lab, backend, alarm, moment):
        """Evaluate one alarm at a full minute; say whether there was anything to look at."""
        if alarm.rule:
            _evaluate_composite(lab, backend, alarm)
            return False
        needed = int(alarm.evaluation_periods)
        query = {"Id": "m", "MetricStat": {"Metric": _of_alarm(alarm), "Period": alarm.period,
                 "Stat": alarm.statistic or alarm.extended_statistic, "Unit": alarm.unit}}  # fmt: skip
        queries = alarm.queries or [query]
        stats = [q["MetricStat"]["Period"] for q in queries if "MetricStat" in q]
        period = int(max(map(int, stats), default=0) or queries[0].get("Period") or MINUTE)
        span = (needed + metrics.LOOK_BACK) * period
        wanted = next((q["Id"] for q in queries if q.get("ReturnData", True)), "m")
        found = _series(lab, backend, queries, moment - span, moment)
        values = [found[wanted].get(moment - span + step) for step in range(0, span, period)]
        at = int(alarm.datapoints_to_alarm or needed)
        missing = alarm.treat_missing_data or "missing"
        if alarm.namespace == "AWS/DynamoDB":
            missing = "ignore"  # whatever the alarm says: API_PutMetricAlarm, TreatMissingData
        test = metrics.OPERATORS[alarm.comparison_operator]
        verdict = metrics.judge(values, lambda v: test(v, alarm.threshold), needed, at, missing)
        if verdict.state and verdict.state != alarm.state_value:
            rule = {"operator": alarm.comparison_operator, "threshold": alarm.threshold,
                    "alarm_at": at, "missing": missing}  # fmt: skip
            times = [moment - span + step for step in range(0, span, period)]
            why = metrics.reason(verdict, rule, times, alarm.state_value)
            data = {
                "period": period,
                "recentDatapoints": verdict.used,
                "threshold": alarm.threshold,
            }
            _change(lab, alarm, verdict.state, why, {"version": "1.0", **data})
        return any(found.values())

    def wake(lab, backend=None):
        """Have alarms looked at again from the next minute on; register with this lab's clock."""
        state = lab.__dict__.setdefault("_alarms", {"on": False, "awake": True})
        state["awake"] = True
        if state["on"] or backend is None:
            return
        state["on"] = True

        def due(after):
            alarms = any(b.alarms for b in _backends(lab))
            if not alarms or not (state["awake"] or _latest(lab) > after.timestamp() - MINUTE):
                return None
            return _time((after.timestamp() // MINUTE + 1) * MINUTE)

        def happen(moment):
            state["awake"] = False
            for one in _backends(lab):
                for alarm in list(one.alarms.values()):
                    if evaluate(lab, one, alarm, moment.timestamp()):
                        state["awake"] = True

        lab.clock.on(due, happen)

    def describe_alarm_history(self):
        ask = self._get_params()
        items = [
            item
            for alarm in self.cloudwatch_backend.alarms.values()
            for item in alarm.history
            if ask.get("AlarmName") in (None, alarm.name)
            and ask.get("HistoryItemType") in (None, item["HistoryItemType"])
            and epoch(ask.get("StartDate") or 0) <= item["Timestamp"].timestamp()
            <= epoch(ask.get("EndDate") or 2**40)
        ]  # fmt: skip
        newest = ask.get("ScanBy", "TimestampDescending") == "TimestampDescending"
        items.sort(key=lambda item: item["Timestamp"])
        return ActionResult({"AlarmHistoryItems": items[::-1] if newest else items})

    CloudWatchBackend.put_metric_data = put_metric_data
    CloudWatchBackend.get_filtered_metrics = get_filtered_metrics
    CloudWatchBackend.put_metric_alarm = put_metric_alarm
    CloudWatchResponse.get_metric_statistics = get_metric_statistics
    CloudWatchResponse.get_metric_data = get_metric_data
    CloudWatchResponse.put_metric_data = checked_put_metric_data
    CloudWatchResponse.put_metric_alarm = checked_alarm_response
    CloudWatchResponse.put_composite_alarm = put_composite_alarm
    CloudWatchResponse.describe_alarm_history = describe_alarm_history
    Alarm.update_state = update_state


def _of_alarm(alarm) -> dict:
    dimensions = [{"Name": name, "Value": value} for name, value in _dims(alarm.dimensions)]
    return {
        "Namespace": alarm.namespace,
        "MetricName": alarm.metric_name,
        "Dimensions": dimensions,
    }


def _backends(lab) -> list:
    from moto.cloudwatch.models import cloudwatch_backends

    return [cloudwatch_backends[lab.account][lab.region]]


def _latest(lab) -> float:
    """The newest moment of any sample, in seconds."""
    own = [epoch(one.timestamp) for backend in _backends(lab) for one in backend.metric_data[-50:]]
    return max([*own, *(run.at for run in lab.invocations[-1:])], default=0.0)


def _dims(dimensions) -> tuple:
    return tuple(sorted((one.name, one.value) for one in dimensions))


def epoch(moment) -> float:
    if not isinstance(moment, datetime.datetime):
        return float(moment)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.UTC)
    return moment.timestamp()


def _time(seconds: float) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC)


def _iso(moment: datetime.datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"


def samples(lab, backend, metric: dict, unit: str | None) -> dict[str, list]:
    """Samples of one metric by unit. ``metric`` has Namespace, MetricName and Dimensions."""
    wanted = tuple(sorted((d["Name"], d["Value"]) for d in metric.get("Dimensions") or ()))
    found: dict[str, list] = {}
    for datum in backend.metric_data:
        fits = datum.name == metric["MetricName"] and datum.namespace == metric["Namespace"]
        if fits and _dims(datum.dimensions) == wanted and unit in (None, datum.unit or "None"):
            when = epoch(datum.timestamp)
            one = (
                metrics.sample(when, [datum.value])
                if hasattr(datum, "value")
                else metrics.Sample(when, datum.sample_count, datum.sum, datum.min, datum.max)
            )
            found.setdefault(datum.unit or "None", []).append(one)
    for key, own_unit, when, values in activity(lab):
        fits = key == (metric["Namespace"], metric["MetricName"], wanted)
        if fits and unit in (None, own_unit):
            found.setdefault(own_unit, []).append(metrics.sample(when, values))
    return found


def _shown(lab, backend) -> list:
    from moto.cloudwatch.models import MetricDatum

    return [
        MetricDatum(space, name, 0.0, [{"Name": n, "Value": v} for n, v in dims], _time(when), unit)
        for (space, name, dims), unit, when, _ in activity(lab)
    ]


def activity(lab):
    """What services report of the lab's own activity: ((namespace, name, dimensions), unit, time, values).

    Lambda per function and in all: Invocations, Errors, Duration, Throttles. Step Functions:
    ExecutionsStarted. SQS: what is visible now. (moto itself reports Kinesis.)
    """
    for run in lab.invocations:
        for dims in ((), (("FunctionName", run.function),)):
            yield ("AWS/Lambda", "Invocations", dims), "Count", run.at, [1.0]
            yield ("AWS/Lambda", "Errors", dims), "Count", run.at, [0.0 if run.ok else 1.0]
            yield ("AWS/Lambda", "Duration", dims), "Milliseconds", run.at, [run.duration]
    for when, function in lab.runtime.throttles:
        for dims in ((), (("FunctionName", function),)):
            yield ("AWS/Lambda", "Throttles", dims), "Count", when, [1.0]
    for call in lab.__dict__.get("calls", ()):
        ask, when = call.parameters, call.time.timestamp()
        if call.error:
            continue
        if call.operation == "StartExecution":
            dims = (("StateMachineArn", ask["stateMachineArn"]),)
            yield ("AWS/States", "ExecutionsStarted", dims), "Count", when, [1.0]
    from moto.sqs.models import sqs_backends

    for queue in list(sqs_backends[lab.account][lab.region].queues.values()):
        dims, now = (("QueueName", queue.name),), lab.clock.time()
        visible = float(queue.approximate_number_of_messages)
        yield ("AWS/SQS", "ApproximateNumberOfMessagesVisible", dims), "Count", now - 1, [visible]
