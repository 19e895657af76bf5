"""Rotation of a secret: which versions exist, which labels they have, which step comes next.

Sources (checked 2026-11-23):
https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_schedule.html
A rotation is over when it returns. One that failed goes on at the next one, not by itself in
between (the service tries again within the rotation window), and the window's Duration is left out.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from dealab.models import schedules

STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
UNFINISHED = "A previous rotation isn't complete. That rotation will be reattempted."
NO_FUNCTION = (
    "You tried to enable rotation on a secret that doesn't already have a Lambda function ARN "
    "configured and you didn't include such an ARN as a parameter in this call."
)
DELETED = "You can't perform this operation on the secret because it was marked for deletion."


def holder(versions: dict, label: str) -> str | None:
    """Return the id of the version that has a staging label. ``versions``: id -> version_stages."""
    return next((name for name, one in versions.items() if label in one["version_stages"]), None)


def rotate(versions: dict, token: str, now: float, run: Callable[[str, str], bool]) -> tuple:
    """Run all steps on a pending version; return (its id, did it become the current one).

    A pending version of a rotation that failed is used again; else one with the id ``token`` is
    made. ``run(step, version id)`` invokes the function and says whether it succeeded; the function
    itself moves AWSCURRENT in its last step.
    """
    token = holder(versions, "AWSPENDING") or token
    if token not in versions:
        versions[token] = new_version(token, now)
    done = all(run(step, token) for step in STEPS) and holder(versions, "AWSCURRENT") == token
    if done and "AWSPENDING" in versions[token]["version_stages"]:
        versions[token]["version_stages"].remove("AWSPENDING")
    return token, done


def trial(versions: dict, token: str, now: float, run: Callable[[str, str], bool]) -> None:
    """Run testSecret only, on a pending copy of the current version that goes again."""
    current = versions.get(holder(versions, "AWSCURRENT"), {})
    versions[token] = current | new_version(token, now)
    run("testSecret", token)
    versions.pop(token, None)


def new_version(token: str, now: float) -> dict:
    """A version without a value yet."""
    return {"createdate": int(now), "version_id": token, "version_stages": ["AWSPENDING"]}


def check(rules: dict) -> dict:
    """Return RotationRules that are right. Raises ValueError in the service's words."""
    days, expression = rules.get("AutomaticallyAfterDays"), rules.get("ScheduleExpression")
    if days is not None and not 1 <= int(days) <= 1000:
        raise ValueError("RotationRules.AutomaticallyAfterDays must be within 1-1000.")
    if days is not None and expression:
        raise ValueError("You can't specify both AutomaticallyAfterDays and ScheduleExpression.")
    if expression:
        schedules.next_times(expression, datetime(2026, 1, 1, tzinfo=UTC), 1)
    return rules


def following(rules: dict, now: datetime) -> datetime | None:
    """Return the moment of the next rotation after ``now``, None without a schedule."""
    if rules.get("ScheduleExpression"):
        return schedules.next_times(rules["ScheduleExpression"], now, 1)[0]
    if rules.get("AutomaticallyAfterDays"):
        return now + timedelta(days=int(rules["AutomaticallyAfterDays"]))
    return None
