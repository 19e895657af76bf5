"""Rotation of a secret: which versions exist, which labels they have, which step comes next.

Sources:
https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_schedule.html (checked
2026-11-23; the words of its refusals are the lab's)
https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
(not checked)
A rotation is over when it returns. One that failed goes on at the next one, not by itself in
between (the service tries again within the rotation window), and the window's Duration is left out:
a secret rotates when its window opens. AutomaticallyAfterDays counts whole days from the rotation.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from dealab.models import schedules

STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
SHORTEST, LONGEST = timedelta(hours=4), timedelta(days=999)  # between two rotations
UNFINISHED = "A previous rotation isn't complete. That rotation will be reattempted."
NO_FUNCTION = "No Lambda rotation function ARN is associated with this secret."
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
        begin = datetime(2026, 1, 1, tzinfo=UTC)
        times = schedules.next_times(expression, begin, 50)
        # Hours and days only: a window opens on the hour.
        whole = not expression.startswith("at(") and not re.search(r"\d minutes?\)", expression)
        late = not times or times[0] - begin > LONGEST
        if not whole or late or any(one.minute for one in times if "cron" in expression):
            raise ValueError(f"The ScheduleExpression {expression} isn't valid for a rotation.")
        first = times[0] - begin if expression.startswith("rate") else SHORTEST
        if min([first, *(after - one for one, after in pairwise(times))]) < SHORTEST:
            raise ValueError("A secret can be rotated at most every four hours.")
    return rules


def following(rules: dict, now: datetime) -> datetime | None:
    """Return the moment of the next rotation after ``now``, None without a schedule.

    The window of a rate in days opens at midnight UTC.
    """
    if rules.get("ScheduleExpression"):
        found = schedules.next_times(rules["ScheduleExpression"], now, 1)
        if found and re.fullmatch(r"rate\(\d+ days?\)", rules["ScheduleExpression"]):
            return found[0].replace(hour=0, minute=0, second=0, microsecond=0)
        return next(iter(found), None)
    if rules.get("AutomaticallyAfterDays"):
        return now + timedelta(days=int(rules["AutomaticallyAfterDays"]))
    return None
