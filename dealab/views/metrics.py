"""CloudWatch alarms of the lab as a table, and one alarm as a picture."""

import datetime
import html

from dealab.views.picture import Picture


def alarms(region: str | None = None):
    """One row per alarm: alarm, state, since, reason."""
    import boto3
    import pandas

    found = boto3.client("cloudwatch", region_name=region).describe_alarms(
        AlarmTypes=["MetricAlarm", "CompositeAlarm"]
    )
    return pandas.DataFrame(
        [
            {
                "alarm": one["AlarmName"],
                "state": one["StateValue"],
                "since": one["StateUpdatedTimestamp"],
                "reason": one["StateReason"],
            }
            for one in found["MetricAlarms"] + found["CompositeAlarms"]
        ],
        columns=["alarm", "state", "since", "reason"],
    )


def alarm(name: str, periods: int = 60, region: str | None = None) -> Picture:
    """Return a Picture of a metric alarm: its last ``periods`` data points and the threshold.

    Breaching points are crossed circles. Raises KeyError for a name that is no metric alarm,
    ValueError for an alarm on an expression.
    """
    import boto3

    from dealab.cloud.lab import current
    from dealab.models.metrics import OPERATORS

    cloudwatch = boto3.client("cloudwatch", region_name=region)
    found = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    if not found:
        raise KeyError(name)
    [one] = found
    if one.get("Metrics"):
        raise ValueError(f"the alarm {name} watches an expression; ask get_metric_data for it")
    end = current().clock.now()
    statistic = one.get("Statistic") or one["ExtendedStatistic"]
    answer = cloudwatch.get_metric_data(
        MetricDataQueries=[
            {
                "Id": "m1",
                "MetricStat": {
                    "Metric": {
                        "Namespace": one["Namespace"],
                        "MetricName": one["MetricName"],
                        "Dimensions": one["Dimensions"],
                    },
                    "Period": one["Period"],
                    "Stat": statistic,
                },
            }
        ],
        StartTime=end - datetime.timedelta(seconds=one["Period"] * periods),
        EndTime=end,
        ScanBy="TimestampAscending",
    )["MetricDataResults"][0]
    points = list(zip(answer["Timestamps"], answer["Values"], strict=True))
    breaches = OPERATORS[one["ComparisonOperator"]]
    return _drawn(one, points, lambda value: breaches(value, one["Threshold"]), statistic)


def _drawn(one: dict, points: list, breaches, statistic: str) -> Picture:
    width, height, left, top = 640, 230, 60, 40
    values = [value for _, value in points]
    limit = one["Threshold"]
    low, high = min([limit, 0, *values]), max([limit, *values])
    span = (high - low) or 1
    times = [at.timestamp() for at, _ in points] or [0.0]
    length = (times[-1] - times[0]) or 1

    def place(at, value):
        x = left + (at.timestamp() - times[0]) / length * (width - left - 30)
        return x, top + (high - value) / span * (height - top - 40)

    def y_of(value):
        return top + (high - value) / span * (height - top - 40)

    marks = []
    for at, value in points:
        x, y = place(at, value)
        bad = breaches(value)
        marks.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{"#b3261e" if bad else "#1b7f4b"}"/>'
        )
        if bad:  # not by color alone
            marks.append(
                f'<path d="M{x - 3:.1f} {y - 3:.1f}l6 6m0 -6l-6 6" stroke="#fff" stroke-width="2"/>'
            )
    line = " ".join("{:.1f},{:.1f}".format(*place(*point)) for point in points)
    what = f"{statistic} of {one['MetricName']}"
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">'
        f'<text x="10" y="20" font-size="14" font-weight="bold">{html.escape(one["AlarmName"])}: '
        f"{one['StateValue']}</text>"
        f'<line x1="{left}" x2="{width - 20}" y1="{y_of(limit):.1f}" y2="{y_of(limit):.1f}" '
        f'stroke="#b3261e" stroke-dasharray="6 4"/>'
        f'<text x="6" y="{y_of(limit) + 4:.1f}" fill="#b3261e">{limit:g}</text>'
        f'<polyline points="{line}" fill="none" stroke="#555"/>{"".join(marks)}'
        f'<text x="{left}" y="{height - 10}">{html.escape(what)}, a point for each '
        f"{one['Period']} s, dashed: the threshold</text></svg>"
    )
    count = sum(breaches(value) for value in values)
    alt = (
        f"Alarm {one['AlarmName']} is in state {one['StateValue']}. {what} against the threshold "
        f"{limit:g}: {count} of {len(points)} data points breach it. {one['StateReason']}"
    )
    return Picture(svg, alt, f"{one['AlarmName']}: {what}")
