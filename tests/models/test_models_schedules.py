from datetime import UTC, datetime, timedelta

import pytest

from dealab.models.schedules import ScheduleError, next_times

MONDAY = datetime(2026, 11, 23, 14, 0, 30, tzinfo=UTC)


def fired(expression, count=3, start=MONDAY, **more):
    return [f"{t:%a %Y-%m-%d %H:%M}" for t in next_times(expression, start, count, **more)]


# The first seven are the examples of the EventBridge User Guide.
@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("cron(0 10 * * ? *)", ["Tue 2026-11-24 10:00", "Wed 2026-11-25 10:00"]),
        ("cron(15 12 * * ? *)", ["Tue 2026-11-24 12:15", "Wed 2026-11-25 12:15"]),
        ("cron(0 18 ? * MON-FRI *)", ["Mon 2026-11-23 18:00", "Tue 2026-11-24 18:00"]),
        ("cron(0 8 1 * ? *)", ["Tue 2026-12-01 08:00", "Fri 2027-01-01 08:00"]),
        ("cron(0/15 * * * ? *)", ["Mon 2026-11-23 14:15", "Mon 2026-11-23 14:30"]),
        ("cron(0/10 * ? * MON-FRI *)", ["Mon 2026-11-23 14:10", "Mon 2026-11-23 14:20"]),
        ("cron(0/5 8-17 ? * MON-FRI *)", ["Mon 2026-11-23 14:05", "Mon 2026-11-23 14:10"]),
        ("cron(0 9 ? * 2#1 *)", ["Mon 2026-12-07 09:00", "Mon 2027-01-04 09:00"]),
        ("cron(0 9 ? * FRI#5 *)", ["Fri 2027-01-29 09:00", "Fri 2027-04-30 09:00"]),
        ("cron(0 9 ? * 6L *)", ["Fri 2026-11-27 09:00", "Fri 2026-12-25 09:00"]),
        ("cron(0 9 ? * L *)", ["Sat 2026-11-28 09:00", "Sat 2026-12-05 09:00"]),
        ("cron(0 9 L * ? *)", ["Mon 2026-11-30 09:00", "Thu 2026-12-31 09:00"]),
        ("cron(0 9 LW * ? *)", ["Mon 2026-11-30 09:00", "Thu 2026-12-31 09:00"]),
        ("cron(0 9 1W 8 ? *)", ["Mon 2027-08-02 09:00"]),  # August 1 is a Sunday
        ("cron(0 9 31W * ? *)", ["Thu 2026-12-31 09:00", "Fri 2027-01-29 09:00"]),
        ("cron(0 0 31 * ? *)", ["Thu 2026-12-31 00:00", "Sun 2027-01-31 00:00"]),
        ("cron(0 0 29 2 ? *)", ["Tue 2028-02-29 00:00"]),
        ("cron(0 12 ? JAN,MAR SUN 2027)", ["Sun 2027-01-03 12:00"]),
        ("cron(30 22-0 ? * * *)", ["Mon 2026-11-23 22:30", "Mon 2026-11-23 23:30"]),
        ("cron(0 9 ? * FRI-SUN *)", ["Fri 2026-11-27 09:00", "Sat 2026-11-28 09:00"]),
        ("cron(0 9 ? * 3-7/2 *)", ["Tue 2026-11-24 09:00", "Thu 2026-11-26 09:00"]),
        ("at(2026-12-01T09:00:00)", ["Tue 2026-12-01 09:00"]),
        ("rate(5 minutes)", ["Mon 2026-11-23 14:05", "Mon 2026-11-23 14:10"]),
        ("rate(1 hour)", ["Mon 2026-11-23 15:00", "Mon 2026-11-23 16:00"]),
        ("rate(7 days)", ["Mon 2026-11-30 14:00", "Mon 2026-12-07 14:00"]),
    ],
)
def test_when_it_fires(expression, expected):
    assert fired(expression, len(expected)) == expected


def test_schedules_end():
    assert fired("cron(0 0 1 1 ? 2027)") == ["Fri 2027-01-01 00:00"]
    assert fired("cron(0 0 1 1 ? 2020)") == []
    assert fired("cron(0 0 31 4 ? *)") == []
    assert fired("at(2026-11-23T14:00:30)") == []


def test_times_are_after_the_start_and_on_the_minute():
    exact = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
    assert fired("cron(0 10 * * ? *)", 1, exact) == ["Tue 2026-11-24 10:00"]
    assert fired("cron(0 10 * * ? *)", 1, exact - timedelta(seconds=1)) == ["Mon 2026-11-23 10:00"]


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("cron(0 10 * * *)", "six fields, not 5"),
        ("cron(0 0 10 * * ? *)", "six fields, not 7"),
        ("cron(0 10 * * * *)", "must be ?"),
        ("cron(0 10 ? * ? *)", "must be ?"),
        ("cron(0 10 1 * MON *)", "must be ?"),
        ("cron(60 0 * * ? *)", "0 to 59, not 60"),
        ("cron(0 24 * * ? *)", "0 to 23, not 24"),
        ("cron(0 0 0 * ? *)", "1 to 31, not 0"),
        ("cron(0 0 1 13 ? *)", "1 to 12, not 13"),
        ("cron(0 0 ? * 0 *)", "1 to 7, not 0"),
        ("cron(0 0 ? * 8 *)", "1 to 7, not 8"),
        ("cron(0 0 1 * ? 1969)", "1970 to 2199, not 1969"),
        ("cron(*/0 0 * * ? *)", "step of 1"),
        ("cron(a 0 * * ? *)", "'a' cannot stand in the minutes field"),
        ("cron(0 0 L-3 * ? *)", "cannot stand"),
        ("cron(0 0 ? * 3#6 *)", "from 1 to 5"),
        ("cron(0 0 ? * 3#1,6#3 *)", "# stands alone"),
        ("cron(0 0 1,15W * ? *)", "one day"),
        ("rate(1 hours)", "write 1 hour"),
        ("rate(2 hour)", "write 2 hours"),
        ("rate(0 days)", "at least 1"),
        ("rate(30 seconds)", "minute"),
        ("at(2026-12-01)", "yyyy-mm-ddThh:mm:ss"),
        ("every day", "cron"),
    ],
)
def test_what_is_refused_and_why(expression, reason):
    with pytest.raises(ScheduleError) as error:
        next_times(expression, MONDAY)
    assert str(error.value).startswith(
        "ValidationException: Parameter ScheduleExpression is not valid."
    )
    assert reason in error.value.reason


def test_time_zones_and_daylight_saving():
    new_york = {"timezone": "America/New_York"}
    before = datetime(2027, 3, 13, 0, 0, tzinfo=UTC)
    # On 2027-03-14 the hour from 02:00 to 03:00 does not exist in New York.
    assert fired("cron(30 2 * * ? *)", 2, before, **new_york) == [
        "Sat 2027-03-13 07:30",
        "Mon 2027-03-15 06:30",
    ]
    # On 2026-11-01 the hour from 01:00 to 02:00 comes twice; the schedule fires once.
    autumn = datetime(2026, 11, 1, 0, 0, tzinfo=UTC)
    assert fired("cron(30 1 * * ? *)", 2, autumn, **new_york) == [
        "Sun 2026-11-01 05:30",
        "Mon 2026-11-02 06:30",
    ]


def test_a_start_without_a_time_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        next_times("rate(1 day)", datetime(2026, 1, 1))
