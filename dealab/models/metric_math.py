"""Metric math of CloudWatch: an expression over time series.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
(checked 2026-11-23). A series is a dict {time: value}; a result is a series. Where only one of two
series has a value, the other one counts as 0. A division by zero gives no data point.

Modelled: + - * / ^, comparisons, AND, OR, and the functions in ``_FUNCTIONS``. Refused by name:
SEARCH, ANOMALY_DETECTION_BAND, Metrics Insights (SELECT), LAMBDA, SLICE, SORT and the like.
"""

import ast
import datetime
import itertools
import math
import re
import statistics

from dealab.sql.errors import LabLimit

REFUSED = {
    "ANOMALY_DETECTION_BAND": "It returns the band of expected values that a model has learned.",
    "SEARCH": "It finds all metrics that match a search.",
    "LAMBDA": "It asks a Lambda function for the series.",
    "SERVICE_QUOTA": "It returns the service quota of a usage metric.",
    "INSIGHT_RULE_METRIC": "It reads a Contributor Insights rule.",
    "DB_PERF_INSIGHTS": "It reads Performance Insights.",
    "SLICE": "It takes some of an array of series.",
    "SORT": "It orders an array of series.",
    "REMOVE_EMPTY": "It drops series without data.",
    "ANOMALY_DETECTION": "It learns a model.",
}


class MathError(ValueError):
    """An expression that the service refuses; its text says why."""


def evaluate(
    expression: str, series: dict[str, dict], times: list[float], period: int, metrics=None
) -> dict:
    """Return the series that ``expression`` gives.

    ``series`` holds the named ones, ``times`` are the starts of all periods in the range (for
    constants, FILL and EPOCH), ``period`` is in seconds. ``metrics`` are the ids that METRICS()
    stands for (all if None): not those of other expressions. Raises MathError or LabLimit.
    """
    if re.match(r"\s*SELECT\b", expression):
        raise LabLimit(
            "Metrics Insights (SELECT ...)",
            "CloudWatch queries many metrics with SQL.",
            "Metrics Insights groups and orders metrics of many resources; alarms can use it.",
        )
    text = re.sub(r"\bAND\b|&&", " and ", expression)
    text = re.sub(r"\bOR\b|\|\|", " or ", text).replace("^", "**").strip()
    try:
        tree = ast.parse(text, mode="eval").body
    except SyntaxError as error:
        raise MathError(f"Error in expression '{expression}': Syntax error") from error
    value = _Evaluator(expression, series, times, period, metrics).value(tree)
    if isinstance(value, list):
        raise LabLimit(
            "an expression that returns many series",
            "CloudWatch returns each one as a result of its own.",
            "An alarm needs an expression that returns one series.",
        )
    return value if isinstance(value, dict) else {time: float(value) for time in times}


def _pair(function, left, right):
    """Apply ``function`` to numbers, series and arrays; no data point where it cannot be.

    Of two series, the one without a value at a time counts as 0.
    """
    if isinstance(left, list):
        return [_pair(function, one, right) for one in left]
    if isinstance(right, list):
        return [_pair(function, left, one) for one in right]
    if not isinstance(left, dict) and not isinstance(right, dict):
        return function(left, right)
    times = {time for side in (left, right) if isinstance(side, dict) for time in side}
    made = {}
    for time in sorted(times):
        a = left.get(time, 0.0) if isinstance(left, dict) else left
        b = right.get(time, 0.0) if isinstance(right, dict) else right
        try:
            made[time] = float(function(a, b))
        except (ZeroDivisionError, OverflowError, ValueError, TypeError):
            continue
    return made


def _each(function):
    return lambda value: _pair(lambda a, _: function(a), value, 0)


def _over(function):
    """A function of an array of series per time, or of one series as a whole."""

    def call(*arguments):
        value = list(arguments) if len(arguments) > 1 else arguments[0]
        if isinstance(value, dict):
            return function(list(value.values())) if value else {}
        if not isinstance(value, list):
            return value
        times = sorted({time for one in value if isinstance(one, dict) for time in one})
        if not times:
            return function(value) if value and not isinstance(value[0], dict) else {}
        return {
            time: float(
                function(
                    [
                        one.get(time) if isinstance(one, dict) else one
                        for one in value
                        if not isinstance(one, dict) or time in one
                    ]
                )
            )
            for time in times
        }

    return call


def _average(value):
    """Missing values count as 0 in the average of an array of series."""
    if not isinstance(value, list):
        return _over(statistics.fmean)(value)
    times = {time for one in value if isinstance(one, dict) for time in one}
    whole = [dict.fromkeys(times, 0.0) | one if isinstance(one, dict) else one for one in value]
    return _over(statistics.fmean)(whole)


def _running(value: dict) -> dict:
    total, made = 0.0, {}
    for time in sorted(value):
        made[time] = total = total + value[time]
    return made


def _steps(value: dict, function) -> dict:
    ordered = sorted(value)
    return {
        now: function(value[now] - value[before], now - before)
        for before, now in itertools.pairwise(ordered)
    }


def _calendar(part):
    return lambda value: {
        time: float(part(datetime.datetime.fromtimestamp(time, datetime.UTC))) for time in value
    }


_FUNCTIONS = {
    "ABS": _each(abs),
    "CEIL": _each(math.ceil),
    "FLOOR": _each(math.floor),
    "LOG": _each(math.log),
    "LOG10": _each(math.log10),
    "AVG": _average,
    "SUM": _over(math.fsum),
    "MIN": _over(min),
    "MAX": _over(max),
    "STDDEV": _over(statistics.pstdev),
    "DATAPOINT_COUNT": _over(len),
    "DIFF": lambda value: _steps(value, lambda change, _: change),
    "DIFF_TIME": lambda value: _steps(value, lambda _, seconds: seconds),
    "RATE": lambda value: _steps(value, lambda change, seconds: change / seconds),
    "RUNNING_SUM": _running,
    "EPOCH": lambda value: {time: float(time) for time in value},
    "MINUTE": _calendar(lambda moment: moment.minute),
    "HOUR": _calendar(lambda moment: moment.hour),
    "DAY": _calendar(lambda moment: moment.isoweekday()),
    "DATE": _calendar(lambda moment: moment.day),
    "MONTH": _calendar(lambda moment: moment.month),
    "YEAR": _calendar(lambda moment: moment.year),
    "FIRST": lambda value: value[0],
    "LAST": lambda value: value[-1],
    "TIME_SERIES": None,  # needs the times; see _call
}


_OF_TIME = {"EPOCH", "MINUTE", "HOUR", "DAY", "DATE", "MONTH", "YEAR"}


class _Evaluator:
    def __init__(self, text, series, times, period, metrics=None):
        self.text, self.series, self.times, self.period = text, series, times, period
        self.metrics = series if metrics is None else metrics

    def _refuse(self, why: str) -> MathError:
        return MathError(f"Error in expression '{self.text}': {why}")

    def value(self, node):
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
            return float(node.value)
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return node.value
        if isinstance(node, ast.Name):
            if node.id not in self.series:
                raise self._refuse(f"Unknown metric id {node.id}")
            return self.series[node.id]
        if isinstance(node, ast.List | ast.Tuple):
            return [self.value(one) for one in node.elts]
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
            sign = -1 if isinstance(node.op, ast.USub) else 1
            return _pair(lambda a, b: a * b, self.value(node.operand), sign)
        if isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
            return _pair(_ARITHMETIC[type(node.op)], self.value(node.left), self.value(node.right))
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _COMPARE:
            function = _COMPARE[type(node.ops[0])]
            return _pair(function, self.value(node.left), self.value(node.comparators[0]))
        if isinstance(node, ast.BoolOp):
            both = isinstance(node.op, ast.And)
            value = self.value(node.values[0])
            for one in node.values[1:]:
                join = (lambda a, b: bool(a) and bool(b)) if both else (lambda a, b: a or b)
                value = _pair(
                    lambda a, b, join=join: float(bool(join(a, b))), value, self.value(one)
                )
            return value
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return self._call(node.func.id, node.args)
        raise self._refuse("Syntax error")

    def _call(self, name: str, nodes: list):
        if name in REFUSED:
            raise LabLimit(
                f"the metric math function {name}",
                REFUSED[name],
                "Metric math computes series from series; an alarm can watch the result.",
            )
        if name == "METRICS":
            if nodes and not isinstance(getattr(nodes[0], "value", None), str):
                raise self._refuse("METRICS takes a text")
            part = nodes[0].value if nodes else ""
            return [self.series[key] for key in self.series if part in key and key in self.metrics]
        if name == "FILL":
            return self._fill(nodes)
        if name == "IF":
            return self._if(*[self.value(node) for node in nodes])
        if name == "PERIOD":
            return float(self.period)
        if name not in _FUNCTIONS:
            raise self._refuse(f"Unknown function {name}")
        arguments = [self.value(node) for node in nodes]
        if name == "TIME_SERIES" and len(arguments) == 1:
            return {time: float(arguments[0]) for time in self.times}
        if name in _OF_TIME and len(arguments) == 1:  # a value for every period of the range
            arguments = [dict.fromkeys(self.times, 0.0)]
        try:
            return _FUNCTIONS[name](*arguments)
        except (TypeError, IndexError, KeyError, AttributeError) as error:
            raise self._refuse(f"Wrong arguments for {name}") from error
        except statistics.StatisticsError:
            return {}

    def _fill(self, nodes):
        if len(nodes) != 2:
            raise self._refuse("FILL takes two arguments")
        source = self.value(nodes[0])
        if isinstance(source, list):
            return [self._filled(one, nodes[1]) for one in source]
        return self._filled(source, nodes[1])

    def _filled(self, source: dict, how) -> dict:
        if isinstance(how, ast.Name) and how.id in ("REPEAT", "LINEAR"):
            known = sorted(source)
            made = dict(source)
            for time in self.times:
                before = [t for t in known if t < time]
                after = [t for t in known if t > time]
                if time in made or not before:
                    continue
                made[time] = source[before[-1]]
                if how.id == "LINEAR":
                    if not after:
                        del made[time]
                        continue
                    share = (time - before[-1]) / (after[0] - before[-1])
                    made[time] += share * (source[after[0]] - source[before[-1]])
            return dict(sorted(made.items()))
        value = self.value(how)
        other = value if isinstance(value, dict) else {}
        filled = {
            time: source.get(time, other.get(time) if other else value) for time in self.times
        }
        return {time: found for time, found in filled.items() if found is not None}

    def _if(self, condition, then=None, otherwise=None):
        if then is None:
            raise self._refuse("IF takes two or three arguments")
        if not isinstance(condition, dict):
            return then if condition else (otherwise if otherwise is not None else {})
        made = {}
        for time, holds in condition.items():
            chosen = then if holds else otherwise
            value = chosen.get(time) if isinstance(chosen, dict) else chosen
            if value is None and holds:
                value = 0.0  # as the documentation's tables have it
            if value is not None:
                made[time] = float(value)
        return made


_ARITHMETIC = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Pow: lambda a, b: a**b,
}
_COMPARE = {
    ast.Lt: lambda a, b: float(a < b),
    ast.Gt: lambda a, b: float(a > b),
    ast.LtE: lambda a, b: float(a <= b),
    ast.GtE: lambda a, b: float(a >= b),
    ast.Eq: lambda a, b: float(a == b),
    ast.NotEq: lambda a, b: float(a != b),
}
