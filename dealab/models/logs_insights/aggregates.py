"""Aggregate functions of ``stats``.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Stats.html
(not checked). Percentiles are between two values where they do not fall on one; the service
estimates them.
"""

import math
import statistics

from dealab.models.logs_insights.values import natural, number, printed


def percentile(values: list, percent: float) -> float | None:
    """Return the value below which ``percent`` of the numbers lie, between two if need be."""
    if not values:
        return None
    ordered = sorted(values)
    place = (len(ordered) - 1) * percent / 100
    low, high = math.floor(place), math.ceil(place)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def _numbers(rows, arguments):
    found = [number(arguments[0](row)) for row in rows]
    return [value for value in found if value is not None]


def _present(rows, arguments):
    return [value for row in rows if (value := arguments[0](row)) is not None]


def _count(rows, arguments):
    return len(_present(rows, arguments)) if arguments else len(rows)


def _average(rows, arguments):
    found = _numbers(rows, arguments)
    return sum(found) / len(found) if found else None


def _extreme(choose):
    def call(rows, arguments):
        found = _present(rows, arguments)
        numbers = [value for value in found if number(value) is not None]
        if numbers:
            best = choose(numbers, key=number)
            return best if isinstance(best, int | float) else number(best)
        return None

    return call


def _stddev(rows, arguments):
    found = _numbers(rows, arguments)
    return statistics.stdev(found) if len(found) > 1 else (0 if found else None)


def _pct(rows, arguments):
    return percentile(_numbers(rows, arguments), number(arguments[1](rows[0] if rows else {})))


def _by_time(choose):
    def call(rows, arguments):
        found = [row for row in rows if arguments[0](row) is not None]
        return (
            arguments[0](choose(found, key=lambda row: row.get("@timestamp") or 0))
            if found
            else None
        )

    return call


def _sorts(place):
    def call(rows, arguments):
        found = sorted(_present(rows, arguments), key=natural)
        return found[place] if found else None

    return call


#: name in lower case -> (function of rows and argument expressions, fewest, most arguments)
AGGREGATES = {
    "count": (_count, 0, 1),
    "count_distinct": (lambda rows, a: len({printed(v) for v in _present(rows, a)}), 1, 1),
    "sum": (lambda rows, a: sum(_numbers(rows, a)) if _numbers(rows, a) else None, 1, 1),
    "avg": (_average, 1, 1),
    "min": (_extreme(min), 1, 1),
    "max": (_extreme(max), 1, 1),
    "stddev": (_stddev, 1, 1),
    "median": (lambda rows, a: percentile(_numbers(rows, a), 50), 1, 1),
    "pct": (_pct, 2, 2),
    "percentile": (_pct, 2, 2),
    "earliest": (_by_time(min), 1, 1),
    "latest": (_by_time(max), 1, 1),
    "sortsfirst": (_sorts(0), 1, 1),
    "sortslast": (_sorts(-1), 1, 1),
}
