"""Definitions of state machines: what a Task may call, and what is not here.

https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html (not checked)
The language itself: ``asl``.
"""

import json
import re

from dealab.models import asl
from dealab.sql.errors import LabLimit

#: what a Task can call by name here; "aws-sdk" is every other call, without .sync
OPTIMIZED = {
    "lambda": ("invoke",),
    "sqs": ("sendMessage",),
    "sns": ("publish",),
    "dynamodb": ("getItem", "putItem", "updateItem", "deleteItem"),
    "events": ("putEvents",),
    "glue": ("startJobRun",),
    "athena": ("startQueryExecution", "stopQueryExecution", "getQueryExecution", "getQueryResults"),
    "states": ("startExecution",),
}
#: what the service calls by name, and the lab does not:
#: https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html
ELSEWHERE = (
    "apigateway", "batch", "bedrock", "codebuild", "databrew", "ecs", "eks", "elasticmapreduce",
    "emr-containers", "emr-serverless", "http", "mediaconvert", "sagemaker",
)  # fmt: skip
#: which of them can be waited for, and how
PATTERNS = {
    "sync": ("glue", "athena", "states"),
    "sync:2": ("states",),
    "waitForTaskToken": ("lambda", "sqs", "sns", "events", "states"),
}
MAP_FIELDS = {
    "ItemBatcher",
    "ResultWriter",
    "ToleratedFailureCount",
    "ToleratedFailureCountPath",
    "ToleratedFailurePercentage",
    "ToleratedFailurePercentagePath",
}

#: services by their name in an aws-sdk resource, where boto3 has another one
SDK_NAMES = {"sfn": "stepfunctions", "cloudwatchlogs": "logs"}


def check_here(definition: dict) -> None:
    """Raise LabLimit for what a definition uses that is not here."""
    for name, state in asl.every_state(definition):
        resource = str(state.get("Resource", ""))
        if ":activity:" in resource:
            refuse_activity()
        for field in MAP_FIELDS & set(state):
            raise LabLimit(
                f"{field} of a Map (state {name!r})",
                "Step Functions batches the items, writes results to S3, or goes on after "
                "some failed items.",
                "A distributed Map reads its items from S3; an inline one runs at most 40 at once.",
            )
        found = re.match(r"arn:[\w-]+:states:[^:]*:[^:]*:([\w-]+):", resource)
        if found and state["Type"] == "Task" and found[1] in ELSEWHERE:
            raise LabLimit(
                f"the service {found[1]!r} in a state machine (state {name!r})",
                f"Step Functions calls {resource}.",
                "Optimized integrations end in .sync (wait for the job) or .waitForTaskToken.",
            )


def problems(definition: str, sdk_has) -> list:
    """What is wrong with a definition, with the resources that the service does not know.

    ``sdk_has(service, action)`` says whether a service (boto3's name) has a call.
    """
    found = asl.problems(definition)
    if any(problem.severity == "ERROR" for problem in found):
        return found
    for name, state in asl.every_state(json.loads(definition)):
        resource = str(state.get("Resource", ""))
        if state["Type"] == "Task" and not known(resource, sdk_has):
            words = (
                f"The resource provided {resource} is not recognized. The value is not a valid "
                "resource ARN, or the resource is not available in this region."
            )
            place = f"/States/{name}/Resource"
            found.append(asl.Problem("SCHEMA_VALIDATION_FAILED", words, place))
    return found


def known(resource: str, sdk_has) -> bool:
    """Say whether the service knows what a Task calls, as far as its ARN tells."""
    called, _, pattern = resource.partition(":::")[2].partition(".")
    service, _, action = called.partition(":")
    if not called or service in ELSEWHERE:
        return True
    if service != "aws-sdk":
        return action in OPTIMIZED.get(service, ()) and (
            not pattern or service in PATTERNS.get(pattern, ())
        )
    service, _, action = action.partition(":")
    there = sdk_has(SDK_NAMES.get(service, service), action)
    return there and action[:1].islower() and pattern in ("", "waitForTaskToken")


def refusal(found: list) -> str | None:
    """Return the message of InvalidDefinition for ``problems``, or None without an error."""
    errors = [str(problem) for problem in found if problem.severity == "ERROR"]
    listed = ", ".join(f"'{text}'" for text in errors)
    return f"Invalid State Machine Definition: {listed}" if errors else None


def validation(found: list, asked: dict) -> dict:
    """Return what ValidateStateMachineDefinition answers for ``problems``."""
    every = asked.get("severity") == "WARNING"
    shown = [one for one in found if every or one.severity == "ERROR"]
    most = int(asked.get("maxResults") or 100) or 100
    return {
        "result": "FAIL" if any(one.severity == "ERROR" for one in shown) else "OK",
        "diagnostics": [
            {
                "severity": one.severity,
                "code": one.code,
                "message": one.message,
                "location": one.location,
            }
            for one in shown[:most]
        ],
        "truncated": len(shown) > most,
    }


def _absent(what: str, does: str, exam: str):
    def refuse(*_):
        raise LabLimit(what, does, exam)

    return refuse


refuse_activity = _absent(
    "activities of Step Functions",
    "Step Functions hands a task to a program of yours that asks for it with GetActivityTask.",
    "An activity is a worker that polls; a task token (.waitForTaskToken) is the callback.",
)
#: calls that are refused by name
ABSENT = {
    "create_activity": refuse_activity,
    "get_activity_task": refuse_activity,
    "redrive_execution": _absent(
        "redrive_execution",
        "Step Functions starts a failed Standard execution again at the state that failed, within "
        "14 days.",
        "A redrive keeps the results of the states that succeeded.",
    ),
    "test_state": _absent(
        "test_state",
        "Step Functions runs one state with an input, without a state machine.",
        "TestState shows what InputPath, Parameters and ResultPath make of an input.",
    ),
}
