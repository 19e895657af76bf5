"""Evaluates a ruleset: outcomes, score, metrics, and what each row passed and failed."""

import datetime
from dataclasses import dataclass, field

from dealab.models.dqdl import metrics
from dealab.models.dqdl import rows as by_row
from dealab.models.dqdl.conditions import BadRule, holds
from dealab.models.dqdl.data import Data
from dealab.models.dqdl.parser import Both, Condition, Rule, Ruleset, Value, parse
from dealab.sql.errors import LabLimit

_RATIOS = ("Completeness", "DatasetMatch", "ReferentialIntegrity", "Uniqueness")
_COMPLIANCE = ("ColumnValues", "ColumnDataType", "DataFreshness", "ColumnLength", "CustomSql")
_NOT_MET = "does not meet the constraint requirement!"
_ALL = Condition("=", (Value("number", 1.0),))


@dataclass
class Outcome:
    """One rule's result: ``PASS`` or ``FAIL``, in the service's words, with its metrics."""

    name: str
    rule: str
    result: str
    message: str = ""
    metrics: dict[str, float] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)


@dataclass
class Report:
    """``score`` is the share of rules that pass. ``analyzed`` are the analyzers' metrics."""

    outcomes: list[Outcome]
    analyzed: dict[str, float]
    _data: Data = field(repr=False)
    _rules: tuple = field(repr=False)

    @property
    def score(self) -> float:
        good = sum(outcome.result == "PASS" for outcome in self.outcomes)
        return good / len(self.outcomes) if self.outcomes else 0.0

    @property
    def statistics(self) -> dict[str, float]:
        """Every metric of this run, to be kept as history for ``last(k)``."""
        found = dict(self.analyzed)
        for outcome in self.outcomes:
            found |= outcome.metrics
        return found

    def rows(self, filtered: str = "PASSED"):
        """Return the data with what each row passed and failed, as the service adds it.

        A pandas DataFrame with the columns DataQualityRulesPass, DataQualityRulesFail,
        DataQualityRulesSkip and DataQualityEvaluationResult (Passed, Failed). Rules that look at
        the data as a whole are skipped. ``filtered`` (PASSED or SKIPPED) is for rows that a
        ``where`` leaves out.
        """
        frame = self._data.connection.execute(
            "SELECT * EXCLUDE lab_row FROM lab_primary ORDER BY lab_row"
        ).df()
        passed, failed, skipped = ([[] for _ in range(len(frame))] for _ in range(3))
        for rule in self._rules:
            verdicts = _verdicts(rule, self._data)
            for at in range(len(frame)):
                verdict = verdicts[at] if verdicts else "skip"
                if verdict == "filtered":
                    verdict = True if filtered == "PASSED" else "skip"
                target = skipped if verdict == "skip" else passed if verdict else failed
                target[at].append(rule.text)
        frame["DataQualityRulesPass"] = passed
        frame["DataQualityRulesFail"] = failed
        frame["DataQualityRulesSkip"] = skipped
        frame["DataQualityEvaluationResult"] = ["Failed" if bad else "Passed" for bad in failed]
        return frame


def evaluate(
    ruleset: Ruleset | str,
    primary,
    references=None,
    history=None,
    now=None,
    by_rows: bool = False,
    lookup=None,
) -> Report:
    """Evaluate a ruleset over data.

    ``primary`` and the ``references`` (by alias) are pandas DataFrames, Arrow tables or DuckDB
    relations. ``history`` maps a metric's name to its earlier values, newest first. ``now`` is the
    time of ``now()`` (default: the computer's). ``by_rows`` evaluates composite rules row by row
    (``compositeRuleEvaluation.method`` ROW). ``lookup(name)`` gives the data of another table
    of the catalog, ``database.table``, or None. Raises DqdlError, LabLimit.
    """
    told = parse(ruleset) if isinstance(ruleset, str) else ruleset
    now = now or datetime.datetime.now(datetime.UTC)
    if now.tzinfo is not None:
        now = now.astimezone(datetime.UTC).replace(tzinfo=None)
    data = Data(primary, references or {}, now, lookup)
    outcomes = []
    for number, rule in enumerate(told.rules, 1):
        found = _outcome(rule, data, history or {}, by_rows)
        found.name, found.labels = f"Rule_{number}", {**told.labels, **rule.labels}
        outcomes.append(found)
    analyzed = {}
    for analyzer in told.analyzers:
        analyzed |= _analyze(analyzer, data)
    return Report(outcomes, analyzed, data, told.rules)


def _outcome(rule, data: Data, history: dict, by_rows: bool) -> Outcome:
    if isinstance(rule, Both):
        return _combined(rule, data, history, by_rows)
    try:
        return _simple(rule, data, history)
    except BadRule as error:
        return Outcome("", rule.text, "FAIL", str(error))


def _combined(rule: Both, data: Data, history: dict, by_rows: bool) -> Outcome:
    if by_rows and all(_row_level(part) for part in rule.parts):
        verdicts = _verdicts(rule, data)
        good = all(verdict is not False for verdict in verdicts)
        share = sum(verdict is not False for verdict in verdicts) / (len(verdicts) or 1)
        message = "" if good else f"Value: {share} {_NOT_MET}"
        return Outcome("", rule.text, "PASS" if good else "FAIL", message)
    parts = [_outcome(part, data, history, by_rows) for part in rule.parts]
    good = (all if rule.op == "and" else any)(part.result == "PASS" for part in parts)
    found = Outcome("", rule.text, "PASS" if good else "FAIL")
    for part in parts:
        found.metrics |= part.metrics
    if not good:
        told = [part.message for part in parts if part.message]
        found.message = "\n".join(dict.fromkeys(told))
    return found


def _row_level(rule) -> bool:
    if isinstance(rule, Both):
        return all(_row_level(part) for part in rule.parts)
    if rule.kind in _RATIOS or rule.threshold is not None:
        return False
    return rule.kind in by_row._MADE and not (rule.kind == "CustomSql" and rule.condition)


def _simple(rule: Rule, data: Data, history: dict) -> Outcome:
    if rule.kind == "ColumnExists":
        data.column(rule.parameters[0])
        return Outcome("", rule.text, "PASS")
    if rule.kind == "ColumnNamesMatchPattern":
        return _names(rule, data)
    if rule.kind == "CustomSql" and rule.threshold is not None:
        raise LabLimit(
            "CustomSql with threshold",
            "The rule passes if enough of the rows are in the result of the statement.",
            "CustomSql compares one number with a threshold, or finds rows that break the rule.",
        )
    measured = metrics.measure(rule, data)
    if measured is None and rule.kind not in _COMPLIANCE:
        return _boolean(rule, data)
    if measured is None:
        return _rows_rule(rule, data, history)
    name, value = measured
    good = holds(rule.condition, value, history.get(name, ()))
    message = "" if good else f"Value: {value} {_NOT_MET}"
    return Outcome("", rule.text, "PASS" if good else "FAIL", message, {name: value})


def _names(rule: Rule, data: Data) -> Outcome:
    import re

    names = list(data.types)
    good = [name for name in names if re.fullmatch(rule.parameters[0], name)]
    share = len(good) / len(names)
    found = Outcome("", rule.text, "PASS", "", {"Dataset.*.ColumnNamesPatternMatchRatio": share})
    if len(good) < len(names):
        wrong = ", ".join(name for name in names if name not in good)
        found.result, found.message = "FAIL", f"Columns that do not match the pattern: {wrong}"
    return found


def _boolean(rule: Rule, data: Data) -> Outcome:
    """IsComplete, IsUnique, IsPrimaryKey and the rules on references: a share of rows."""
    if rule.kind in ("ReferentialIntegrity", "DatasetMatch"):
        share = _share(rule, data)
        alias = rule.parameters[0]
        if rule.kind == "ReferentialIntegrity":
            alias = (
                rule.parameters[1].partition(".{")[0].rpartition(".")[0]
                or (rule.parameters[1].partition(".{")[0])
            )
        name = f"Dataset.{alias}.{rule.kind}"
        good = holds(rule.condition, share)
        message = "" if good else f"Value: {share} {_NOT_MET}"
        return Outcome("", rule.text, "PASS" if good else "FAIL", message, {name: share})
    kinds = {"IsComplete": ("Completeness",), "IsUnique": ("Uniqueness",)}
    found = Outcome("", rule.text, "PASS")
    for kind in kinds.get(rule.kind, ("Uniqueness", "Completeness")):
        told = (
            [(name,) for name in rule.parameters] if kind == "Completeness" else [rule.parameters]
        )
        for names in told:
            one = Rule(kind, tuple(names), _ALL, rule.where, text=rule.text)
            name, value = metrics.measure(one, data)
            found.metrics[name] = value
            if value != 1.0:
                found.result = "FAIL"
                found.message = found.message or f"Value: {value} {_NOT_MET}"
    return found


def _share(rule: Rule, data: Data) -> float:
    good = by_row.condition_of(rule, data)
    where = by_row.where_of(rule, data)
    (hits, count) = data.one(
        f"SELECT count(*) FILTER (ok), count(*) FROM (SELECT {good} AS ok, * FROM lab_primary) "
        f"AS lab_primary {where}"
    )
    return hits / count if count else 1.0


def _rows_rule(rule: Rule, data: Data, history: dict) -> Outcome:
    """Rules whose every row has to be good, or the share that ``with threshold`` asks for."""
    share, column = _share(rule, data), rule.parameters[0]
    good = share == 1.0
    name = f"Column.{column}.{rule.kind}.Compliance"
    found = Outcome("", rule.text, "PASS", "", {name: share})
    if rule.kind == "CustomSql":
        found.metrics = {"Dataset.*.CustomSQL.Compliance": share}
    if rule.threshold is not None:
        good = holds(rule.threshold, share, history.get(name, ()))
    elif rule.kind == "ColumnLength" or (
        rule.kind == "ColumnValues" and rule.condition.op not in ("in", "matches", "=", "!=")
    ):
        found.metrics = metrics.extremes(rule, data)
    if not good:
        found.result, found.message = "FAIL", _why(rule, data, share, found.metrics)
    return found


def _why(rule: Rule, data: Data, share: float, measured: dict) -> str:
    """Return the message of a rule that rows failed."""
    if rule.kind == "DataFreshness":
        return f"{share * 100:.2f} % of rows passed the threshold"
    ends = [value for name, value in measured.items() if not name.endswith("Compliance")]
    told = rule.condition
    wrong = []
    if ends and all(value.kind == "number" for value in told.values):
        wrong = [value for value in ends if not holds(told, value)]
    lines = [f"Value: {value} {_NOT_MET}" for value in dict.fromkeys(wrong)]
    if rule.kind == "ColumnValues" and _null_fails(told):
        column, where = data.column(rule.parameters[0]), by_row.where_of(rule, data)
        (nulls,) = data.one(f"SELECT count(*) FROM lab_primary {where} AND {column} IS NULL")
        if nulls:
            lines.append(f"Value: NULL {_NOT_MET}")
            others = f"{where} AND {column} IS NOT NULL"
            if not wrong and data.one(
                f"SELECT count(*) FROM (SELECT {by_row.condition_of(rule, data)} AS ok, * FROM "
                f"lab_primary) AS lab_primary {others} AND NOT ok"
            ) == (0,):
                return "\n".join(lines)
    if not wrong:
        lines.insert(0, f"Value: {share} {_NOT_MET}")
    return "\n".join(lines)


def _null_fails(condition: Condition) -> bool:
    told = [value.kind for value in condition.values]
    if condition.op == "!=" or (condition.op == "in" and condition.negated):
        return "null" in told
    return "null" not in told


def _verdicts(rule, data: Data) -> list:
    """Return for each row True, False or "filtered"; an empty list for rules on the whole."""
    if isinstance(rule, Both):
        parts = [_verdicts(part, data) for part in rule.parts]
        if not all(parts):
            return []
        join = all if rule.op == "and" else any
        return [join(verdict is not False for verdict in row) for row in zip(*parts, strict=True)]
    try:
        good = by_row.condition_of(rule, data)
        if good is None:
            return []
        where = by_row.where_of(rule, data).removeprefix("WHERE ")
        found = data.connection.execute(
            f"SELECT {where}, {good} FROM lab_primary ORDER BY lab_row"
        ).fetchall()
    except BadRule:
        return []
    return [ok if inside else "filtered" for inside, ok in found]


def _analyze(analyzer: Rule, data: Data) -> dict[str, float]:
    kinds, found = [analyzer.kind], {}
    names = analyzer.parameters
    if analyzer.kind == "AllStatistics":
        number = data.kind(names[0]) == "number" if names[0].lower() in data.types else False
        kinds = ["RowCount", "ColumnCount", "Completeness", "Uniqueness"]
        numeric = ["ColumnValues", "Entropy", "Mean", "StandardDeviation", "Sum"]
        kinds += numeric if number else ["ColumnLength"]
    for kind in kinds:
        own = () if kind in ("RowCount", "ColumnCount") else names
        text = kind == "ColumnValues" and data.kind(names[0]) != "number"
        rule = Rule("ColumnLength" if text else kind, own, _ALL, text=analyzer.text)
        try:
            if rule.kind in ("ColumnValues", "ColumnLength"):
                found |= metrics.extremes(rule, data)
            else:
                name, value = metrics.measure(rule, data)
                found[name] = value
        except (BadRule, KeyError):
            continue
    return found
