"""CloudWatch metrics: statistics of samples, and whether an alarm's data points raise it.

Sources (checked 2026-11-23, but for the definitions of the statistics):
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html

Left out: the loss of detail as metrics get older, anomaly detection, percentile ranks (PR), and the
rule by which the service chooses how many periods it looks back: here two more than it evaluates,
as in the documentation's tables (5 for 3).
"""

import datetime
import math
import re
from dataclasses import dataclass, field

from dealab.sql.errors import LabLimit

STATISTICS = ("SampleCount", "Average", "Sum", "Minimum", "Maximum")


@dataclass(frozen=True)
class Sample:
    """Values published at one moment: ``values`` one by one, or only their summary.

    ``time`` is in seconds since 1970.
    """

    time: float
    count: float
    total: float
    low: float
    high: float
    values: tuple = ()


def sample(time: float, values: list[float]) -> Sample:
    """Make a Sample of single values."""
    return Sample(time, len(values), math.fsum(values), min(values), max(values), tuple(values))


def buckets(samples: list[Sample], start: float, end: float, period: int) -> dict:
    """Group samples from ``start`` up to ``end`` (not included) into periods: {begin: [Sample]}."""
    found: dict[float, list[Sample]] = {}
    for one in samples:
        if start <= one.time < end:
            found.setdefault(start + (one.time - start) // period * period, []).append(one)
    return dict(sorted(found.items()))


def statistic(samples: list[Sample], name: str) -> float | None:
    """Return a statistic of the samples of one period; None without the values that it needs.

    Raises ValueError for a name that is no statistic, LabLimit for one that is not modelled.
    """
    count = sum(one.count for one in samples)
    if name == "SampleCount":
        return float(count)
    if name == "Sum":
        return math.fsum(one.total for one in samples)
    if name == "Average":
        return math.fsum(one.total for one in samples) / count if count else None
    if name == "Minimum":
        return min(one.low for one in samples)
    if name == "Maximum":
        return max(one.high for one in samples)
    values = _all_values(samples)
    if found := re.fullmatch(r"p(\d{1,2}(?:\.\d{1,10})?|100)", name):
        return None if values is None else percentile(values, float(found.group(1)))
    low, high, kind = _trim(name)
    if values is None:
        return None
    return _trimmed(sorted(values), low, high, kind)


def _all_values(samples: list[Sample]) -> list[float] | None:
    """Single values, or None if a sample is only a summary of different ones."""
    values: list[float] = []
    for one in samples:
        if one.values:
            values += one.values
        elif one.low == one.high:
            values += [one.low] * int(one.count)
        else:
            return None
    return values


def percentile(values: list[float], percent: float) -> float:
    """Return the percentile of ``values``, between two of them if it falls there."""
    ordered = sorted(values)
    place = (len(ordered) - 1) * percent / 100
    low, high = math.floor(place), math.ceil(place)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def _trim(name: str) -> tuple:
    """Read tm90, wm95, tc.., ts.., IQM and TM(10%:90%): (low, high, kind), percents."""
    if name == "IQM":
        return 25.0, 75.0, "tm"
    if found := re.fullmatch(r"(tm|wm|tc|ts)(\d{1,2}(?:\.\d+)?|100)", name):
        return 0.0, float(found.group(2)), found.group(1)
    if found := re.fullmatch(r"(TM|WM|TC|TS)\((\d*\.?\d*)%:(\d*\.?\d*)%\)", name):
        return float(found.group(2) or 0), float(found.group(3) or 100), found.group(1).lower()
    if re.match(r"(TM|WM|TC|TS|PR)\(", name):
        raise LabLimit(
            f"the statistic {name}",
            "CloudWatch counts the values in these bounds.",
            "Percentiles and trimmed means show what an average hides.",
        )
    raise ValueError(name)


def _trimmed(values: list[float], low: float, high: float, kind: str) -> float | None:
    first, last = round(len(values) * low / 100), round(len(values) * high / 100)
    kept = values[first:last] or values[first : first + 1]
    if not kept:
        return None
    if kind == "wm":  # winsorized: what is cut counts as the nearest value that stays
        kept = [kept[0]] * first + kept + [kept[-1]] * (len(values) - last)
    if kind == "tc":
        return float(len(kept))
    total = math.fsum(kept)
    return total if kind == "ts" else total / len(kept)


# alarms

OPERATORS = {
    "GreaterThanOrEqualToThreshold": lambda value, limit: value >= limit,
    "GreaterThanThreshold": lambda value, limit: value > limit,
    "LessThanThreshold": lambda value, limit: value < limit,
    "LessThanOrEqualToThreshold": lambda value, limit: value <= limit,
}
_WORDS = {
    "GreaterThanOrEqualToThreshold": "greater than or equal to",
    "GreaterThanThreshold": "greater than",
    "LessThanThreshold": "less than",
    "LessThanOrEqualToThreshold": "less than or equal to",
}
LOOK_BACK = 2  # periods looked at beyond those evaluated, if some are missing


@dataclass(frozen=True)
class Verdict:
    """What an evaluation says: ``state`` OK, ALARM or INSUFFICIENT_DATA, None to keep the state."""

    state: str | None
    breaching: int = 0
    used: list = field(default_factory=list)
    filled: int = 0
    places: list = field(default_factory=list)  # of the used ones in ``points``


def judge(points: list, threshold_test, needed: int, alarm_at: int, missing: str) -> Verdict:
    """Decide an alarm's state.

    ``points`` are the data points of the evaluation range, oldest first, None where one is missing.
    ``needed`` is EvaluationPeriods, ``alarm_at`` DatapointsToAlarm, ``missing`` TreatMissingData.
    ``threshold_test(value)`` tells whether a value breaches.
    """
    real = [(place, value) for place, value in enumerate(points) if value is not None]
    used = [value for _, value in real][-needed:]
    breaching = sum(threshold_test(value) for value in used)
    filled = max(0, needed - len(used))
    where = [place for place, _ in real][-needed:]
    if not filled:
        return Verdict("ALARM" if breaching >= alarm_at else "OK", breaching, used, 0, where)
    if missing == "breaching":
        state = "ALARM" if breaching + filled >= alarm_at else "OK"
        return Verdict(state, breaching, used, filled, where)
    if breaching >= alarm_at:
        return Verdict("ALARM", breaching, used, filled, where)
    if missing == "notBreaching" or breaching < len(used):
        return Verdict("OK", breaching, used, filled, where)
    if missing == "ignore":
        return Verdict(None, breaching, used, filled, where)
    # Only breaching points, but too few. Once the oldest is old enough, the alarm does not wait.
    if used and len(points) - real[0][0] >= alarm_at:
        return Verdict("ALARM", breaching, used, filled, where)
    return Verdict("INSUFFICIENT_DATA", breaching, used, filled, where)


def reason(verdict: Verdict, alarm: dict, times: list[float], old: str) -> str:
    """Say in the service's words why an alarm changed its state.

    ``alarm`` has operator, threshold, alarm_at and missing; ``times`` are those of the points.
    """
    words, count = _WORDS[alarm["operator"]], len(verdict.used)
    limit, filled = float(alarm["threshold"]), verdict.filled
    if verdict.state == "INSUFFICIENT_DATA":
        return f"Insufficient Data: {_many(filled, 'datapoint')} unknown."
    if not count:
        kind = "Breaching" if alarm["missing"] == "breaching" else "NonBreaching"
        return (
            f"Threshold Crossed: no datapoints were received for {filled} "
            f"{'period' if filled == 1 else 'periods'} and "
            f"{_many(filled, 'missing datapoint')} treated as [{kind}]."
        )
    newest_first = sorted(zip(verdict.places, verdict.used, strict=True), reverse=True)
    shown = ", ".join(f"{float(value)} ({_day(times[place])})" for place, value in newest_first)
    if verdict.state == "ALARM":
        at = alarm["alarm_at"]
        return (
            f"Threshold Crossed: {verdict.breaching} out of the last {count} datapoints [{shown}] "
            f"{'was' if verdict.breaching == 1 else 'were'} {words} the threshold ({limit}) "
            f"(minimum {at} {'datapoint' if at == 1 else 'datapoints'} for {old} -> ALARM "
            "transition)."
        )
    first, verb = _many(count, "datapoint").rsplit(" ", 1)
    return f"Threshold Crossed: {first} [{shown}] {verb} not {words} the threshold ({limit})."


def _many(count: int, word: str) -> str:
    return f"{count} {word} was" if count == 1 else f"{count} {word}s were"


def _day(seconds: float) -> str:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).strftime("%d/%m/%y %H:%M:%S")


class RuleError(ValueError):
    """A composite alarm's rule that cannot be read."""


def composite(rule: str, state_of) -> bool:
    """Tell whether a composite alarm's rule holds. ``state_of(name or ARN)`` gives a state.

    Raises RuleError for a rule that cannot be read, KeyError from ``state_of``.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
    """
    tokens = re.findall(
        r'\s*(ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:"([^"]*)"|\'([^\']*)\'|([^()"\s]+))\s*\)'
        r"|\s*(AND|OR|NOT|TRUE|FALSE|\(|\))|\s*(\S)",
        rule,
    )
    words = []
    for state, double, single, plain, word, wrong in tokens:
        if wrong:
            raise RuleError(rule)
        words.append((state, double or single or plain) if state else word)
    value, rest = _or(words, state_of)
    if rest:
        raise RuleError(rule)
    return value


def _or(words, state_of):
    value, words = _and(words, state_of)
    while words and words[0] == "OR":
        right, words = _and(words[1:], state_of)
        value = value or right
    return value, words


def _and(words, state_of):
    value, words = _not(words, state_of)
    while words and words[0] == "AND":
        right, words = _not(words[1:], state_of)
        value = value and right
    return value, words


def _not(words, state_of):
    if not words:
        raise RuleError("the rule ends too early")
    first, rest = words[0], words[1:]
    if first == "NOT":
        value, rest = _not(rest, state_of)
        return not value, rest
    if first == "(":
        value, rest = _or(rest, state_of)
        if not rest or rest[0] != ")":
            raise RuleError("a bracket is not closed")
        return value, rest[1:]
    if first in ("TRUE", "FALSE"):
        return first == "TRUE", rest
    if isinstance(first, tuple):
        return state_of(first[1]) == first[0], rest
    raise RuleError(str(first))
