"""When an EventBridge schedule fires: ``cron(...)``, ``rate(...)`` and ``at(...)``.

The rules (checked 2026-11-23):
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html

Written here because the libraries on PyPI fail on valid expressions: aws-croniter 2.1.1 raises
AttributeError when a schedule ends (a year in the past) and on ``L`` as day of the week, and
ValueError on ``LW``.
"""

import calendar
import datetime
import itertools
import re
import zoneinfo

_MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC"
MONTHS = {name: number for number, name in enumerate(_MONTHS.split(), 1)}
DAYS = {"SUN": 1, "MON": 2, "TUE": 3, "WED": 4, "THU": 5, "FRI": 6, "SAT": 7}
_UNITS = {"minute": 60, "hour": 3600, "day": 86400}


class ScheduleError(ValueError):
    """The expression is not valid. Begins with the service's words; the reason follows."""

    def __init__(self, reason: str):
        self.reason = reason
        super().__init__(
            f"ValidationException: Parameter ScheduleExpression is not valid. ({reason})"
        )


def next_times(
    expression: str, start: datetime.datetime, count: int = 5, timezone: str = "UTC"
) -> list[datetime.datetime]:
    """Return up to ``count`` times after ``start`` at which ``expression`` fires, in UTC.

    ``start`` must have a time zone (ValueError). ``timezone`` is the IANA name in which a cron or
    at expression is read; only EventBridge Scheduler has it, rules are always in UTC. A time that
    daylight saving leaves out is skipped, one that comes twice fires once. A rate counts from
    ``start``. Fewer times come back when the schedule ends. Raises ScheduleError.
    """
    if start.tzinfo is None:
        raise ValueError("start needs a time zone, for example datetime.timezone.utc")
    match = re.fullmatch(r"(cron|rate|at)\((.*)\)", expression)
    if not match:
        raise ScheduleError("it must be cron(...), rate(...) or, in Scheduler only, at(...)")
    kind, body = match.groups()
    start = start.astimezone(datetime.UTC)
    if kind == "rate":
        step = datetime.timedelta(seconds=_rate_seconds(body))
        return [start + step * turn for turn in range(1, count + 1)]
    zone = zoneinfo.ZoneInfo(timezone)
    first = start.astimezone(zone).replace(tzinfo=None, fold=0)
    moments = [_at_moment(body)] if kind == "at" else _cron_moments(body, first)
    utc = (_to_utc(moment, zone) for moment in moments)
    return list(itertools.islice((time for time in utc if time and time > start), count))


def next_after(
    expression: str,
    after: datetime.datetime,
    anchor: datetime.datetime,
    timezone: str = "UTC",
    start: datetime.datetime | None = None,
    end: datetime.datetime | None = None,
) -> datetime.datetime | None:
    """Return the first time later than ``after`` at which a schedule fires, in UTC, or None.

    A rate fires at ``anchor`` and each period after it. ``start`` and ``end`` bound cron and rate
    (not before the one, before the other) and are ignored for at, as EventBridge Scheduler does.
    """
    once = expression.startswith("at(")
    if expression.startswith("rate("):
        step = next_times(expression, anchor, 1)[0] - anchor
        moment = anchor + step * max(0, (after - anchor) // step + 1)
    else:
        if start and not once:
            after = max(after, start - datetime.timedelta(microseconds=1))
        moment = next(iter(next_times(expression, after, 1, timezone)), None)
    if moment and end and not once and moment >= end:
        return None
    return moment


def _to_utc(moment: datetime.datetime, zone) -> datetime.datetime | None:
    time = moment.replace(tzinfo=zone).astimezone(datetime.UTC)
    exists = time.astimezone(zone).replace(tzinfo=None, fold=0) == moment
    return time if exists else None


def _rate_seconds(body: str) -> int:
    match = re.fullmatch(r"(\d+) (minute|hour|day)(s?)", body)
    if not match:
        raise ScheduleError("a rate is a number and minute(s), hour(s) or day(s)")
    number, unit, plural = int(match.group(1)), match.group(2), match.group(3)
    if number < 1:
        raise ScheduleError("the number of a rate must be at least 1")
    if (number == 1) == bool(plural):
        raise ScheduleError(f"write {number} {unit}{'' if number == 1 else 's'}")
    return number * _UNITS[unit]


def _at_moment(body: str) -> datetime.datetime:
    try:
        return datetime.datetime.strptime(body, "%Y-%m-%dT%H:%M:%S")
    except ValueError:
        raise ScheduleError("at takes yyyy-mm-ddThh:mm:ss") from None


def _cron_moments(body: str, first: datetime.datetime):
    """Yield local times from ``first`` on, in order, to the end of the year field."""
    fields = body.split()
    if len(fields) != 6:
        raise ScheduleError(f"cron has six fields, not {len(fields)}; there is no seconds field")
    minute, hour, day, month, weekday, year = fields
    if (day == "?") == (weekday == "?"):
        raise ScheduleError(
            "one of day-of-month and day-of-week must be ?, and the other must not be"
        )
    minutes = _numbers(minute, 0, 59, "minutes")
    hours = _numbers(hour, 0, 23, "hours")
    months = _numbers(month, 1, 12, "month", MONTHS)
    years = _numbers(year, 1970, 2199, "year")
    days_of = _month_days(day) if weekday == "?" else _week_days(weekday)

    def moments():
        for y, m in itertools.product([y for y in years if y >= first.year], months):
            if (y, m) < (first.year, first.month):
                continue
            for d, h, mi in itertools.product(days_of(y, m), hours, minutes):
                moment = datetime.datetime(y, m, d, h, mi)
                if moment >= first.replace(second=0, microsecond=0):
                    yield moment

    return moments()


def _numbers(field: str, low: int, high: int, name: str, names=None) -> list[int]:
    """Read a list of ``*``, values, ranges and steps; return the sorted numbers."""

    def number(text: str) -> int:
        value = (names or {}).get(text.upper())
        if value is None:
            if not text.isdigit():
                raise ScheduleError(f"'{text}' cannot stand in the {name} field")
            value = int(text)
        if not low <= value <= high:
            raise ScheduleError(f"{name} goes from {low} to {high}, not {value}")
        return value

    found: set[int] = set()
    for part in field.split(","):
        span, slash, step = part.partition("/")
        if slash and (not step.isdigit() or int(step) < 1):
            raise ScheduleError(f"'{part}' in the {name} field needs a step of 1 or more")
        begin, dash, end = span.partition("-")
        if span == "*":
            values = list(range(low, high + 1))
        elif dash:
            a, b = number(begin), number(end)
            # A range that runs backwards goes over the end: FRI-MON, 22-2.
            values = [*range(a, b + 1)] if a <= b else [*range(a, high + 1), *range(low, b + 1)]
        else:
            values = list(range(number(span), high + 1)) if slash else [number(span)]
        found.update(values[:: int(step) if slash else 1])
    return sorted(found)


def _month_days(field: str):
    """Return a function (year, month) -> days, for a day-of-month field."""
    if field == "L":
        return lambda y, m: [calendar.monthrange(y, m)[1]]
    if field == "LW":
        return lambda y, m: [_nearest_weekday(y, m, calendar.monthrange(y, m)[1])]
    if field.endswith("W"):
        wanted, *more = _numbers(field[:-1], 1, 31, "day-of-month")
        if more:
            raise ScheduleError("before W stands one day")
        return lambda y, m: (
            [_nearest_weekday(y, m, wanted)] if wanted <= calendar.monthrange(y, m)[1] else []
        )
    wanted_days = _numbers(field, 1, 31, "day-of-month")
    return lambda y, m: [d for d in wanted_days if d <= calendar.monthrange(y, m)[1]]


def _nearest_weekday(year: int, month: int, day: int) -> int:
    """The working day nearest to ``day`` in the same month."""
    last = calendar.monthrange(year, month)[1]
    weekday = datetime.date(year, month, day).weekday()
    if weekday == 5:
        return day - 1 if day > 1 else day + 2
    if weekday == 6:
        return day + 1 if day < last else day - 2
    return day


def _week_days(field: str):
    """Return a function (year, month) -> days, for a day-of-week field (1 is Sunday)."""

    def days_on(year: int, month: int, weekdays) -> list[int]:
        last = calendar.monthrange(year, month)[1]
        wanted = {(number + 5) % 7 for number in weekdays}  # Sunday: 1 here, 6 in Python
        return [d for d in range(1, last + 1) if datetime.date(year, month, d).weekday() in wanted]

    if "#" in field:
        name, _, nth = field.partition("#")
        if nth not in ("1", "2", "3", "4", "5"):
            raise ScheduleError("after # stands one number from 1 to 5, and # stands alone")
        weekdays = _numbers(name, 1, 7, "day-of-week", DAYS)
        return lambda y, m: days_on(y, m, weekdays)[int(nth) - 1 : int(nth)]
    if field == "L":
        return lambda y, m: days_on(y, m, [7])
    if field.endswith("L"):
        weekdays = _numbers(field[:-1], 1, 7, "day-of-week", DAYS)
        return lambda y, m: days_on(y, m, weekdays)[-1:]
    weekdays = _numbers(field, 1, 7, "day-of-week", DAYS)
    return lambda y, m: days_on(y, m, weekdays)
