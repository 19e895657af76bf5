"""Reads DQDL into rules. https://docs.aws.amazon.com/glue/latest/dg/dqdl.html (2026-11-23)"""

import re
from dataclasses import dataclass, field

from dealab.sql.errors import LabLimit


class DqdlError(ValueError):
    """The ruleset is no DQDL. ``line`` counts from 1, ``column`` from 0, as the service counts."""

    def __init__(self, message: str, line: int, column: int):
        super().__init__(f"Parsing Error: line {line}:{column} {message}")
        self.line, self.column = line, column


@dataclass(frozen=True)
class Value:
    """What a condition compares with. ``kind``: number, text, now (seconds from now), duration
    (seconds), null, empty, whitespace; or call and op of a dynamic number, with ``parts``."""

    kind: str
    value: object = None
    parts: tuple = ()

    @property
    def dynamic(self) -> bool:
        return self.kind == "call" or any(part.dynamic for part in self.parts)


@dataclass(frozen=True)
class Condition:
    """``op``: = != > >= < <= between in matches; ``negated`` for ``not between``, ``not in``..."""

    op: str
    values: tuple[Value, ...]
    negated: bool = False


@dataclass(frozen=True)
class Rule:
    kind: str
    parameters: tuple[str, ...] = ()
    condition: Condition | None = None
    where: str | None = None
    threshold: Condition | None = None
    labels: dict = field(default_factory=dict, hash=False)
    text: str = ""

    @property
    def dynamic(self) -> bool:
        told = [one for one in (self.condition, self.threshold) if one]
        return any(value.dynamic for one in told for value in one.values)


@dataclass(frozen=True)
class Both:
    """Rules joined by ``and`` or ``or``."""

    op: str
    parts: tuple
    text: str = ""
    labels: dict = field(default_factory=dict, hash=False)

    @property
    def dynamic(self) -> bool:
        return any(part.dynamic for part in self.parts)


@dataclass(frozen=True)
class Ruleset:
    rules: tuple
    analyzers: tuple[Rule, ...] = ()
    labels: dict = field(default_factory=dict, hash=False)


# name: (least and most parameters, must have a condition, may have a threshold)
RULES = {
    "AggregateMatch": (2, 2, True, False),
    "ColumnCorrelation": (2, 2, True, False),
    "ColumnCount": (0, 0, True, False),
    "ColumnDataType": (1, 1, True, True),
    "ColumnExists": (1, 1, False, False),
    "ColumnLength": (1, 1, True, False),
    "ColumnNamesMatchPattern": (1, 1, False, False),
    "ColumnValues": (1, 1, True, True),
    "Completeness": (1, 1, True, False),
    "CustomSql": (1, 1, None, True),
    "DataFreshness": (1, 1, True, False),
    "DatasetMatch": (2, 3, True, False),
    "DistinctValuesCount": (1, 1, True, False),
    "Entropy": (1, 1, True, False),
    "IsComplete": (1, 1, False, False),
    "IsPrimaryKey": (1, 99, False, False),
    "IsUnique": (1, 99, False, False),
    "Mean": (1, 1, True, False),
    "ReferentialIntegrity": (2, 2, True, False),
    "RowCount": (0, 1, True, False),
    "RowCountMatch": (1, 1, True, False),
    "SchemaMatch": (1, 1, True, False),
    "StandardDeviation": (1, 1, True, False),
    "Sum": (1, 1, True, False),
    "UniqueValueRatio": (1, 1, True, False),
    "Uniqueness": (1, 99, True, False),
}
ANALYZERS = {"RowCount", "Completeness", "Uniqueness", "Mean", "Sum", "StandardDeviation"}
ANALYZERS |= {"Entropy", "DistinctValuesCount", "UniqueValueRatio", "ColumnCount", "ColumnLength"}
ANALYZERS |= {"ColumnValues", "ColumnCorrelation", "CustomSql", "AllStatistics"}
_NOT_HERE = {
    "DetectAnomalies": "A model of the past values decides whether the present one is unusual.",
    "FileFreshness": "The rule looks at the age of the objects in S3.",
    "FileMatch": "The rule compares objects by their checksums.",
    "FileSize": "The rule looks at the size of the objects in S3.",
    "FileUniqueness": "The rule compares the checksums of the objects in S3.",
}
_WORDS = {"null": "null", "empty": "empty", "whitespaces_only": "whitespace"}
_UNITS = {"minutes": 60, "minute": 60, "hours": 3600, "hour": 3600, "days": 86400, "day": 86400}
_FUNCTIONS = {"avg", "median", "max", "min", "sum", "std", "abs", "index", "last"}
_TOKEN = re.compile(
    r"""(?P<skip>\s+|\#[^\n]*|//[^\n]*)|(?P<text>"(?:\\.|[^"\\])*")|(?P<regex>/(?:\\.|[^/\\\n])+/i?)
    |(?P<number>\d+\.\d+|\.\d+|\d+)|(?P<name>\$?[A-Za-z_][A-Za-z0-9_]*)
    |(?P<op>!=|>=|<=|[=><()\[\],+\-*/])""",
    re.VERBOSE,
)


def parse(text: str) -> Ruleset:
    """Read a ruleset. Raises DqdlError with the place, LabLimit for a rule that isn't here."""
    return _Reader(text).ruleset()


class _Reader:
    def __init__(self, text: str):
        self.source, self.tokens, self.at = text, [], 0
        place, after = 0, ""
        while place < len(text):
            match = _TOKEN.match(text, place)
            kind = match.lastgroup if match else ""
            # A slash is a regular expression only after "matches"; else it divides.
            if kind == "regex" and after != "matches":
                match, kind = re.compile("/").match(text, place), "op"
            if not match:
                self.fail(f"token recognition error at: '{text[place]}'", place)
            if kind != "skip":
                after = match.group()
                self.tokens.append((kind, after, place, match.end()))
            place = match.end()
        self.tokens.append(("end", "<EOF>", len(text), len(text)))
        self.constants: dict[str, str] = {}

    # --- tokens -----------------------------------------------------------------------

    def fail(self, message: str, place: int | None = None):
        place = self.tokens[self.at][2] if place is None else place
        before = self.source[:place]
        raise DqdlError(message, before.count("\n") + 1, place - (before.rfind("\n") + 1))

    def peek(self, ahead: int = 0) -> str:
        return self.tokens[min(self.at + ahead, len(self.tokens) - 1)][1]

    def kind(self) -> str:
        return self.tokens[self.at][0]

    def take(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1][1]

    def accept(self, *wanted: str) -> bool:
        if self.kind() != "text" and self.peek() in wanted:
            self.at += 1
            return True
        return False

    def expect(self, wanted: str) -> None:
        if not self.accept(wanted):
            self.fail(f"mismatched input '{self.peek()}' expecting '{wanted}'")

    def text(self) -> str:
        if self.kind() == "name" and self.peek().startswith("$"):
            name = self.peek()[1:]
            if name not in self.constants:
                self.fail(f"unknown constant '${name}'")
            self.at += 1
            return self.constants[name]
        if self.kind() != "text":
            self.fail(f"mismatched input '{self.peek()}' expecting QUOTED_STRING")
        return re.sub(r'\\(["\\])', r"\1", self.take()[1:-1])

    # --- the document -----------------------------------------------------------------

    def ruleset(self) -> Ruleset:
        rules, analyzers, labels = None, (), {}
        while self.kind() != "end":
            name = self.peek()
            if self.kind() != "name":
                self.fail(f"mismatched input '{name}' expecting 'Rules'")
            self.at += 1
            self.expect("=")
            if name == "Rules":
                rules = self.listed(self.rule)
            elif name == "Analyzers":
                analyzers = self.listed(self.analyzer)
            elif name == "DefaultLabels":
                labels = self.labels()
            elif self.kind() == "text":
                self.constants[name] = self.text()
            else:
                self.at -= 2
                self.fail(f"mismatched input '{name}' expecting 'Rules'")
            self.accept(",")
        if rules is None and not analyzers:
            self.fail("mismatched input '<EOF>' expecting 'Rules'")
        return Ruleset(rules or (), analyzers, labels)

    def listed(self, read) -> tuple:
        self.expect("[")
        found = []
        while not self.accept("]"):
            found.append(read())
            if self.peek() != "]":
                self.expect(",")
                if self.peek() == "]":
                    self.fail("mismatched input ']' expecting a rule")
        return tuple(found)

    def labels(self) -> dict:
        def pair():
            key = self.text()
            self.expect("=")
            return key, self.text()

        start = self.at
        found = dict(self.listed(pair))
        if len(found) > 10 or any(not k or len(k) > 128 or len(v) > 256 for k, v in found.items()):
            self.at = start
            self.fail("labels: at most 10, keys of 1 to 128 and values of at most 256 characters")
        return found

    # --- rules ------------------------------------------------------------------------

    def rule(self):
        start = self.tokens[self.at][2]
        if self.peek() != "(":
            return self.simple(start)
        parts, op = [self.inside()], None
        while self.kind() == "name" and self.peek().lower() in ("and", "or"):
            word = self.peek().lower()
            if op and word != op:
                self.fail(f"mismatched input '{self.peek()}': put {op} and {word} in parentheses")
            op = word
            self.at += 1
            parts.append(self.inside())
        text = self.words(start)
        labels = self.labels_of_rule()
        return parts[0] if op is None else Both(op, tuple(parts), text, labels)

    def inside(self):
        self.expect("(")
        found = self.rule()
        self.expect(")")
        return found

    def words(self, start: int) -> str:
        return " ".join(self.source[start : self.tokens[self.at - 1][3]].split())

    def labels_of_rule(self) -> dict:
        if self.kind() == "name" and self.accept("labels"):
            self.expect("=")
            return self.labels()
        return {}

    def head(self) -> tuple[str, list[str]]:
        name = self.peek()
        if self.kind() != "name":
            self.fail(f"mismatched input '{name}' expecting a rule type")
        if name in _NOT_HERE:
            raise LabLimit(
                f"the DQDL rule {name}",
                _NOT_HERE[name],
                "Data Quality rules are written in DQDL; a ruleset gives a score and results "
                "per rule.",
            )
        self.at += 1
        found = []
        while self.kind() == "text" or (self.kind() == "name" and self.bare()):
            named = self.kind() == "name" and not self.peek().startswith("$")
            found.append(self.take() if named else self.text())
        return name, found

    def bare(self) -> bool:
        words = ("where", "with", "labels", "between", "in", "not", "matches", "and", "or")
        return self.peek() not in words and self.peek() not in RULES

    def simple(self, start: int) -> Rule:
        at = self.at
        name, parameters = self.head()
        if name not in RULES:
            self.at = at
            self.fail(f"Rule Type: {name} is not valid")
        least, most, needs, may_threshold = RULES[name]
        if not least <= len(parameters) <= most:
            self.fail(f"Unexpected number of parameters for Rule Type: {name}")
        condition = self.condition()
        if needs and condition is None:
            self.fail(f"mismatched input '{self.peek()}' expecting a condition of {name}")
        if needs is False and condition is not None:
            self.fail(f"{name} takes no condition")
        where = self.text() if self.kind() == "name" and self.accept("where") else None
        threshold = None
        if self.kind() == "name" and self.accept("with"):
            if not may_threshold:
                self.fail(f"{name} takes no threshold")
            self.expect("threshold")
            threshold = self.condition()
            if threshold is None:
                self.fail(f"mismatched input '{self.peek()}' expecting a threshold")
        text = self.words(start)
        return Rule(
            name, tuple(parameters), condition, where, threshold, self.labels_of_rule(), text
        )

    def analyzer(self) -> Rule:
        start, at = self.tokens[self.at][2], self.at
        name, parameters = self.head()
        if name not in ANALYZERS:
            self.at = at
            self.fail(f"Analyzer Type: {name} is not valid")
        return Rule(name, tuple(parameters), text=self.words(start))

    # --- conditions -------------------------------------------------------------------

    def condition(self) -> Condition | None:
        negated = self.kind() == "name" and self.accept("not", "NOT")
        word = self.peek()
        if self.kind() == "name" and word.lower() == "between":
            self.at += 1
            low = self.value()
            if not self.accept("and", "AND"):
                self.fail(f"mismatched input '{self.peek()}' expecting 'and'")
            return Condition("between", (low, self.value()), negated)
        if self.kind() == "name" and word.lower() == "in":
            self.at += 1
            return Condition("in", self.listed(self.value), negated)
        if self.kind() == "name" and word == "matches":
            self.at += 1
            if self.kind() == "regex":
                told = self.take()
                pattern = "(?i)" + told[1:-2] if told.endswith("i") else told[1:-1]
            else:
                pattern = self.text()
            try:
                re.compile(pattern)
            except re.error as error:
                self.fail(f"Invalid regular expression {pattern!r}: {error}")
            return Condition("matches", (Value("text", pattern),), negated)
        if negated:
            self.fail(f"mismatched input '{word}' expecting 'between', 'in' or 'matches'")
        if self.kind() == "op" and word in ("=", "!=", ">", ">=", "<", "<="):
            self.at += 1
            return Condition(word, (self.value(),))
        return None

    def value(self) -> Value:
        word = self.peek()
        if self.kind() == "text" or word.startswith("$"):
            return Value("text", self.text())
        if self.kind() == "name" and word.lower() in _WORDS:
            self.at += 1
            return Value(_WORDS[word.lower()])
        if word == "now" or (word == "(" and self.peek(1) == "now"):
            return self.now()
        number = self.sum()
        if self.kind() == "name" and self.peek() in _UNITS:
            if number.kind != "number":
                self.fail("a duration is a number with a unit")
            return Value("duration", number.value * _UNITS[self.take()])
        return number

    def now(self) -> Value:
        closed = self.accept("(")
        for part in ("now", "(", ")"):
            self.expect(part)
        seconds = 0.0
        if closed and self.peek() in "+-":
            sign = -1 if self.take() == "-" else 1
            amount = self.value()
            if amount.kind != "duration":
                self.fail("expecting a duration such as 3 days")
            seconds = sign * amount.value
        if closed:
            self.expect(")")
        return Value("now", seconds)

    def sum(self) -> Value:
        found = self.product()
        while self.kind() == "op" and self.peek() in "+-":
            found = _joined(self.take(), found, self.product())
        return found

    def product(self) -> Value:
        found = self.factor()
        while self.kind() == "op" and self.peek() in "*/":
            found = _joined(self.take(), found, self.factor())
        return found

    def factor(self) -> Value:
        if self.accept("-"):
            return _joined("-", Value("number", 0.0), self.factor())
        if self.accept("("):
            found = self.sum()
            self.expect(")")
            return found
        if self.kind() == "number":
            return Value("number", float(self.take()))
        name = self.peek()
        if self.kind() == "name" and name in _FUNCTIONS:
            self.at += 1
            self.expect("(")
            parts = []
            while not self.accept(")"):
                parts.append(self.sum())
                if self.peek() != ")":
                    self.expect(",")
            return Value("call", name, tuple(parts))
        return self.fail(f"mismatched input '{name}' expecting a value")


def _joined(op: str, one: Value, other: Value) -> Value:
    if one.kind == other.kind == "number" and (op != "/" or other.value):
        a, b = one.value, other.value
        made = a + b if op == "+" else a - b if op == "-" else a * b if op == "*" else a / b
        return Value("number", made)
    return Value("op", op, (one, other))
