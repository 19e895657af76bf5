"""Statistics, metric math, and alarms that are evaluated as the lab's clock moves.

moto keeps what was put, adds it up from the wrong minute, mixes dimensions and units, knows no
percentile and no expression but a single name, and never evaluates an alarm.
"""

import json
import sys

from dealab.models import activity, alarms, metrics
from dealab.models.alarms import MINUTE, epoch, moment
from dealab.models.gauges import Gauges
from dealab.models.refusals import Refused


def join(lab_of) -> None:
    from moto.cloudwatch.exceptions import CloudWatchException
    from moto.cloudwatch.models import Alarm, CloudWatchBackend
    from moto.cloudwatch.responses import CloudWatchResponse
    from moto.core.responses import ActionResult

    from dealab.sql.errors import LabLimit

    put_data, put_alarm = CloudWatchBackend.put_metric_data, CloudWatchBackend.put_metric_alarm
    put_response = CloudWatchResponse.put_metric_data
    alarm_response = CloudWatchResponse.put_metric_alarm

    def answers(operation):
        """Make ``operation(self, request)`` an API call, with its refusals."""

        def answered(self):
            try:
                return operation(self, self._get_params())
            except Refused as error:
                raise CloudWatchException(error.code, str(error)) from error

        setattr(CloudWatchResponse, operation.__name__, answered)

    # metrics

    @answers
    def put_metric_data(self, ask):
        alarms.check_data(ask["Namespace"], ask.get("MetricData") or [], lab_of().clock.time())
        return put_response(self)

    @answers
    def get_metric_statistics(self, ask):
        points = alarms.statistics(ask, samples_of(lab_of(), self.cloudwatch_backend))
        return ActionResult({"Label": ask["MetricName"], "Datapoints": points})

    @answers
    def get_metric_data(self, ask):
        results = alarms.data(ask, samples_of(lab_of(), self.cloudwatch_backend))
        return ActionResult({"MetricDataResults": results, "Messages": []})

    def put_and_wake(self, namespace, metric_data):
        put_data(self, namespace, metric_data)
        wake(lab_of(), self)

    def get_filtered_metrics(self, metric_name, namespace, dimensions):
        data = [*self.metric_data, *_shown(lab_of())]
        return activity.listed(data, metric_name, namespace, dimensions)

    # alarms

    @answers
    def put_metric_alarm(self, ask):
        alarms.check_alarm(ask)
        answer = alarm_response(self)
        self.cloudwatch_backend.alarms[ask["AlarmName"]].queries = ask.get("Metrics")
        return answer

    @answers
    def put_composite_alarm(self, ask):
        try:
            metrics.composite(ask["AlarmRule"], lambda name: _state(self.cloudwatch_backend, name))
        except (ValueError, KeyError) as error:
            raise Refused("ValidationError", f"AlarmRule is not valid: {error}") from error
        alarms.check_actions(ask)
        if ask.get("ActionsSuppressor"):
            raise LabLimit(
                "ActionsSuppressor of a composite alarm",
                "An alarm that suppresses holds back the actions of the composite alarm.",
                "A composite alarm rings once for many alarms and so lowers the noise.",
            )
        return alarm_response(self)

    @answers
    def describe_alarms(self, ask):
        return ActionResult(activity.chosen(self.cloudwatch_backend.alarms, ask))

    @answers
    def describe_alarm_history(self, ask):
        items = activity.history(self.cloudwatch_backend.alarms, ask)
        return ActionResult({"AlarmHistoryItems": items})

    def put_alarm_anew(self, name, *args, **more):
        old = self.alarms.get(name)
        alarm = put_alarm(self, name, *args, **more)
        alarm.queries = None
        alarm.state_value = old.state_value if old else "INSUFFICIENT_DATA"
        if old:
            alarm.history, alarm.state_reason = old.history, old.state_reason
        what = "updated" if old else "created"
        _note(alarm, "ConfigurationUpdate", f'Alarm "{name}" {what}', {"type": what})
        wake(lab_of(), self)
        return alarm

    def update_state(self, reason, reason_data, state_value):
        backend = next(one for one in _backends(lab_of()) if self in one.alarms.values())
        _change(backend, self, state_value, reason, json.loads(reason_data or "{}"))
        wake(lab_of(), backend)

    def _note(alarm, kind, summary, more):
        now = lab_of().clock.now()
        alarm.history.append(alarms.history(activity.alarm_view(alarm), kind, summary, more, now))

    def _change(backend, alarm, state, why, data):
        """Move to a state; tell the history, EventBridge, the actions and composite alarms."""

        from dealab.cloud import delivery
        from dealab.cloud.delivery import deliver
        from dealab.cloud.labtime import LabTime

        lab = lab_of()
        before = {"value": alarm.state_value, "reason": alarm.state_reason}
        alarm.state_reason, alarm.state_reason_data = why, json.dumps(data)
        alarm.state_value, alarm.state_updated_timestamp = state, lab.clock.now()
        if state == before["value"]:
            return
        old = {"stateValue": before["value"], "stateReason": before["reason"]}
        new = {"stateValue": state, "stateReason": why, "stateReasonData": data}
        summary = f"Alarm updated from {before['value']} to {state}"
        _note(alarm, "StateUpdate", summary, {"oldState": old, "newState": new})
        view, now = activity.alarm_view(alarm), lab.clock.now()
        chosen = {"ALARM": alarm.alarm_actions, "OK": alarm.ok_actions}
        actions = chosen.get(state, alarm.insufficient_data_actions)
        with LabTime(lab.clock):
            delivery.put_event(alarms.event(view, before, now), alarm.region_name)
            for action in (actions or ()) if alarm.actions_enabled else ():
                document = alarms.message(action, view, before, now, lab.account)
                outcome = "Successfully executed action"
                try:
                    deliver(action, document, source=alarm.alarm_arn)
                except Exception as error:  # the service notes a failed action and goes on
                    outcome = f"Failed to execute action ({type(error).__name__})"
                more = {"actionState": outcome.split()[0]}
                _note(alarm, "Action", f"{outcome} {action}", more)
        for other in list(backend.alarms.values()):
            if other.rule and alarm.name in other.rule:
                _evaluate_composite(backend, other)

    def _evaluate_composite(backend, alarm):
        try:
            holds = metrics.composite(alarm.rule, lambda name: _state(backend, name))
        except KeyError:  # an alarm of the rule was deleted: the state stays
            return
        why = f"{alarm.rule} evaluated to {'TRUE' if holds else 'FALSE'}"
        _change(backend, alarm, "ALARM" if holds else "OK", why, {})

    def _evaluate(backend, alarm, at):
        if alarm.rule:
            _evaluate_composite(backend, alarm)
            return False
        found = samples_of(lab_of(), backend)
        state, why, data, something = alarms.evaluate(activity.alarm_view(alarm), found, at)
        if state:
            _change(backend, alarm, state, why, data)
        return something

    def wake(lab, backend):
        """Have alarms looked at again from the next minute on; register with this lab's clock.

        Alarms without any data point in sight sleep until something is put.
        """
        state = lab.__dict__.setdefault("_alarms", {"on": False, "awake": True})
        state["awake"] = True
        if state["on"] or not backend.alarms:
            return
        state["on"] = True

        def due(after):
            seconds = after.timestamp()
            busy = (
                state["awake"]
                or _latest(lab) > seconds - MINUTE
                or _gauges(lab).moved(_depths(lab))
            )
            if not busy or not any(one.alarms for one in _backends(lab)):
                return None
            return moment((seconds // MINUTE + 1) * MINUTE)

        def happen(at):
            _gauges(lab).sample(_depths(lab), lab.clock.time())
            found = [
                _evaluate(one, alarm, at.timestamp())
                for one in _backends(lab)
                for alarm in list(one.alarms.values())
            ]
            state["awake"] = any(found)

        lab.clock.on(due, happen)

    CloudWatchBackend.put_metric_data = put_and_wake
    CloudWatchBackend.get_filtered_metrics = get_filtered_metrics
    CloudWatchBackend.put_metric_alarm = put_alarm_anew
    Alarm.update_state = update_state


def _state(backend, name: str) -> str:
    return backend.alarms[name.rsplit(":alarm:", 1)[-1]].state_value


def _backends(lab) -> list:
    from moto.cloudwatch.models import cloudwatch_backends

    return list(cloudwatch_backends[lab.account].values())


def _latest(lab) -> float:
    """The newest moment of any sample, in seconds."""
    own = [epoch(one.timestamp) for backend in _backends(lab) for one in backend.metric_data[-50:]]
    runs = [epoch(at) for _, _, at in _executions(lab)]
    runs += [at for _, _, at in lab.__dict__.get("rule_counts", [])[-1:]]
    runs += [at for _, _, at, _, _ in _tables(lab)]
    return max([*own, *runs, *(run.at for run in lab.invocations[-1:])], default=0.0)


def samples_of(lab, backend):
    """Return what ``dealab.models.alarms`` takes: the samples of a metric by unit."""
    return lambda metric, unit: activity.samples(
        backend.metric_data, lambda: _reports(lab), metric, unit
    )


def _shown(lab) -> list:
    from moto.cloudwatch.models import MetricDatum

    return [
        MetricDatum(space, name, 0.0, [{"Name": n, "Value": v} for n, v in dims], moment(at), unit)
        for (space, name, dims), unit, at, _ in _reports(lab)
    ]


def _reports(lab):
    """What services report of the lab; of SQS each minute that alarms look at, and now.

    (moto itself reports Kinesis and S3.)
    """
    depths = _gauges(lab).points(_depths(lab), lab.clock.time())
    runtime = lab.runtime
    yield from activity.reports(runtime.invocations, runtime.throttles, _executions(lab), depths)
    yield from activity.of_rules(lab.__dict__.get("rule_counts", ()))
    yield from activity.of_tables(_tables(lab))


def _tables(lab) -> list:
    """What tables of DynamoDB took and refused in each second, while their limits are on."""
    limits = lab.limits
    if limits is None or not limits.dynamodb:
        return []
    begin = limits.clock.begin.timestamp()
    return [(*one[:2], begin + one[2], *one[3:]) for one in limits.table_seconds()]


def _executions(lab):
    """(machine, metric, moment) for each start and end of a state machine's execution."""
    loaded = sys.modules.get("moto.stepfunctions.parser.models")  # slow: only if it was used
    backend = loaded and loaded.stepfunctions_parser_backends[lab.account][lab.region]
    for machine in backend.state_machines if backend else ():
        for run in machine.executions:
            yield from activity.of_execution(machine.arn, run)


def _gauges(lab) -> Gauges:
    return lab.__dict__.setdefault("_gauges", Gauges())


def _depths(lab) -> dict:
    from moto.sqs.models import sqs_backends

    queues = list(sqs_backends[lab.account][lab.region].queues.values())
    return {queue.name: float(queue.approximate_number_of_messages) for queue in queues}
