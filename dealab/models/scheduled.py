"""EventBridge Scheduler: what it refuses, and what a target gets.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
(not checked). Left out: targets other than ``TARGETS``.
"""

import json
import re
import zoneinfo
from datetime import datetime

from dealab.models import schedules
from dealab.sql.errors import LabLimit

TARGETS = {"lambda", "sqs", "sns", "kinesis", "firehose", "states", "events", "scheduler"}


def refused(expression: str, timezone, target: dict, window: dict, now: datetime) -> str | None:
    """Say why a schedule is refused, or None. Raises LabLimit for a target that is not here."""
    if window["Mode"] == "FLEXIBLE" and not window.get("MaximumWindowInMinutes"):
        return (
            "MaximumWindowInMinutes must be specified when the mode of the flexible time window is "
            "FLEXIBLE."
        )
    try:
        zoneinfo.ZoneInfo(timezone or "UTC")
        schedules.next_times(expression, now, 1, timezone or "UTC")
    except schedules.ScheduleError:
        return f"Invalid Schedule Expression {expression}."
    except (KeyError, ValueError):
        return f"Invalid Schedule Expression Timezone {timezone}."
    if target["Arn"].split(":")[2] not in TARGETS:
        raise LabLimit(
            f"EventBridge schedules that start {target['Arn']}",
            "EventBridge Scheduler also starts ECS tasks, CodeBuild, CodePipeline, Inspector and "
            "SageMaker pipelines.",
            "Templated targets are a dozen; the universal target calls any API.",
        )
    return None


def text(target: dict, arn: str, moment: datetime, execution: str, account: str, region: str):
    """Return what a target gets: its Input with the context's attributes, or an event."""
    time = _iso(moment)
    given = target.get("Input") or json.dumps(
        {
            "version": "0", "id": execution, "detail-type": "Scheduled Event",
            "source": "aws.scheduler", "account": account, "time": time, "region": region,
            "resources": [arn], "detail": "{}",
        }
    )  # fmt: skip
    known = {"schedule-arn": arn, "scheduled-time": time, "execution-id": execution}
    known["attempt-number"] = "1"
    return re.sub(r"<aws\.scheduler\.([\w-]+)>", lambda found: known.get(found[1], found[0]), given)


def letter(error: Exception, target: str, arn: str, moment: datetime) -> dict:
    """Return the attributes of a dead letter that tell why a target got nothing."""
    code = getattr(error, "response", {}).get("Error", {}).get("Code", "ValidationException")
    names = {"ERROR_CODE": code, "ERROR_MESSAGE": str(error), "TARGET_ARN": target}
    names |= {"SCHEDULE_ARN": arn, "SCHEDULED_TIME": _iso(moment)}
    return {name: {"DataType": "String", "StringValue": value} for name, value in names.items()}


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
