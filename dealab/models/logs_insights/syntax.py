"""The query language of Logs Insights, read into commands.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
(checked 2026-11-23: its first part, and the pages of limit and dedup).
An expression becomes an ``Expression``: a function of a row, with the text that names its column.
"""

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from dealab.models.logs_insights.aggregates import AGGREGATES
from dealab.models.logs_insights.functions import FUNCTIONS, MISSING, UNIT, ceil_time, floor_time
from dealab.models.logs_insights.values import compare, number, printed
from dealab.sql.errors import LabLimit

MOST = 100_000  # log events: .../CWL_QuerySyntax-Limit.html (checked 2026-11-23)
COMMANDS = ("fields", "filter", "stats", "sort", "limit", "parse", "display", "dedup", "unnest")
REFUSED = {
    "pattern": "groups log events by their shared text with machine learning",
    "diff": "compares with the time range before",
    "anomaly": "finds unusual patterns with machine learning",
    "unmask": "shows data that a data protection policy masks",
    "filterindex": "reads only the log groups whose field index holds the value",
    "source": "chooses log groups by prefix or account",
    "join": "joins events of two log groups by a key",
    "lookup": "adds columns from a lookup table",
    "addtotals": "adds totals of rows and columns",
    "fillmissing": "fills empty time buckets",
}
_SPACE = re.compile(r"(?:\s|#[^\n]*)*")
_NAME = re.compile(r"@{0,2}[A-Za-z_][\w@]*")
_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_PERIOD = re.compile(r"(\d+)\s*([A-Za-z]+)")


class MalformedQuery(ValueError):
    """A query that cannot be read. ``start`` and ``end`` are offsets into its text."""

    def __init__(self, message: str, start: int, end: int):
        super().__init__(message)
        self.message, self.start, self.end = message, start, end


@dataclass
class Expression:
    """``of(row)`` is its value; in ``stats``, ``over(rows, row)`` is its value for a group."""

    text: str
    of: Callable
    over: Callable | None = None
    name: str | None = None  # the alias, or the field itself

    @property
    def column(self) -> str:
        return self.name or self.text


@dataclass
class Command:
    """One step of a query: ``kind`` and what it needs."""

    kind: str
    items: list = field(default_factory=list)
    by: list = field(default_factory=list)
    pattern: object = None
    count: int = 0


@dataclass
class Window:
    """The time range of a query and its start, for now() and queryStartTime(); all in ms."""

    start: int = 0
    end: int = 0
    now: int = 0


class Parser:
    """Reads one query; ``commands()`` gives its steps. Raises MalformedQuery or LabLimit."""

    def __init__(self, query: str, window: Window):
        self.text, self.at, self.window = query, 0, window
        self._depth = 0  # where aggregates may stand
        self._columns: list[str] = []  # of the last stats, to be named as they were written

    # reading

    def _skip(self) -> None:
        self.at = _SPACE.match(self.text, self.at).end()

    def _match(self, pattern):
        self._skip()
        found = pattern.match(self.text, self.at)
        if found:
            self.at = found.end()
        return found

    def _take(self, symbol: str) -> bool:
        self._skip()
        if self.text.startswith(symbol, self.at):
            self.at += len(symbol)
            return True
        return False

    def _word(self, *words: str) -> str | None:
        """Take the next word if it is one of ``words``, in any case."""
        self._skip()
        found = re.compile(r"[A-Za-z_]\w*(?![\w.@(])|[A-Za-z_]\w*").match(self.text, self.at)
        if found and found.group().lower() in words:
            self.at = found.end()
            return found.group().lower()
        return None

    def _fail(self, expected: str = "") -> MalformedQuery:
        self._skip()
        found = re.compile(r"[\w@.]+|.", re.S).match(self.text, self.at)
        symbol = found.group() if found else "end of query"
        line = self.text.count("\n", 0, self.at) + 1
        place = self.at - (self.text.rfind("\n", 0, self.at) + 1)
        message = f"unexpected symbol found {symbol} at line {line} and position {place}"
        if expected:
            message += f": {expected}"
        return MalformedQuery(message, self.at, self.at + (len(symbol) if found else 0))

    def _expect(self, symbol: str) -> None:
        if not self._take(symbol):
            raise self._fail(f"'{symbol}' was expected")

    def _string(self) -> str | None:
        self._skip()
        quote = self.text[self.at : self.at + 1]
        if quote not in ("'", '"') or not quote:
            return None
        found = re.compile(rf"{quote}((?:\\.|[^\\{quote}])*){quote}", re.S).match(
            self.text, self.at
        )
        if not found:
            raise self._fail("a string that does not end")
        self.at = found.end()
        return re.sub(r"\\(.)", r"\1", found.group(1), flags=re.S)

    def _regex(self):
        self._skip()
        found = re.compile(r"/((?:\\.|[^/\\])+)/", re.S).match(self.text, self.at)
        if not found:
            return None
        pattern = re.sub(r"\\/", "/", re.sub(r"\(\?<(?![=!])", "(?P<", found.group(1)))
        names: dict[str, str] = {}

        def plain(match):  # the service allows names such as @user
            names[f"g{len(names)}"] = match.group(1)
            return f"(?P<g{len(names) - 1}>"

        try:
            compiled = re.compile(re.sub(r"\(\?P<([^>]+)>", plain, pattern))
        except re.error as error:
            raise self._fail(f"invalid regular expression: {error}") from error
        self.at = found.end()
        return compiled, names

    def _field(self) -> str | None:
        """Read a field's name: dotted, with parts in backticks, with [n] for list elements."""
        self._skip()
        quoted = re.compile(r"`([^`]+)`")
        first = quoted.match(self.text, self.at) or _NAME.match(self.text, self.at)
        if not first:
            return None
        self.at = first.end()
        name = first.group(1) if first.re is quoted else first.group()
        part = re.compile(r"\.(?:`([^`]+)`|([\w@]+))|\[(\d+)\]")
        while found := part.match(self.text, self.at):
            self.at = found.end()
            name += "." + next(group for group in found.groups() if group is not None)
        return name

    # commands

    def commands(self) -> list[Command]:
        steps = []
        while True:
            steps.append(self._command())
            self._skip()
            if self.at >= len(self.text):
                return steps
            self._expect("|")

    def _command(self) -> Command:
        self._skip()
        start = self.at
        word = _NAME.match(self.text, self.at)
        name = word.group().lower() if word else ""
        if name in REFUSED:
            raise LabLimit(
                f"the Logs Insights command '{name}'",
                f"Logs Insights {REFUSED[name]}.",
                "Logs Insights bills by the bytes that a query scans; a shorter time range "
                "scans less.",
            )
        if name not in COMMANDS:
            raise self._fail()
        self.at = word.end()
        step = getattr(self, f"_{name}_command")()
        step.kind = name
        if name == "stats" and self.at == start:
            raise self._fail()
        return step

    def _list(self) -> list[Expression]:
        items = [self._aliased()]
        while self._take(","):
            items.append(self._aliased())
        return items

    def _aliased(self) -> Expression:
        found = self._expression()
        if self._word("as"):
            found.name = self._field()
            if not found.name:
                raise self._fail("a name was expected")
        return found

    def _fields_command(self) -> Command:
        return Command("", self._list())

    _display_command = _fields_command

    def _filter_command(self) -> Command:
        return Command("", [self._expression()])

    def _stats_command(self) -> Command:
        self._depth = 1
        items = self._list()
        self._depth = 0
        by = self._list() if self._word("by") else []
        if not any(item.over for item in items):
            raise self._fail("an aggregate function was expected")
        self._columns = sorted((item.column for item in (*items, *by)), key=len, reverse=True)
        return Command("", items, by)

    def _sort_command(self) -> Command:
        items = []
        while True:
            key = self._expression()
            items.append((key, self._word("asc", "desc") or "asc"))
            if not self._take(","):
                return Command("", items)

    def _limit_command(self) -> Command:
        self._word("any")  # takes the first it finds, in no order: here, those of the usual order
        found = self._match(re.compile(r"\d+"))
        if not found or not 1 <= int(found.group()) <= MOST:
            self.at = found.start() if found else self.at
            raise self._fail(f"a number from 1 to {MOST} was expected")
        return Command("", count=int(found.group()))

    def _dedup_command(self) -> Command:
        return Command("", self._list())

    def _unnest_command(self) -> Command:
        source = self._expression()
        if not self._word("into"):
            raise self._fail("'into' was expected")
        return Command("", [source, self._field()])

    def _parse_command(self) -> Command:
        self._skip()
        source = Expression("@message", lambda row: row.get("@message"))
        if self.text[self.at : self.at + 1] not in ("'", '"', "/"):
            source = self._primary()
        if regex := self._regex():
            if not regex[1]:
                raise self._fail("a regular expression needs named groups: (?<name>...)")
            return Command("", [source], pattern=regex)
        glob = self._string()
        if glob is None:
            raise self._fail("a pattern was expected")
        if not self._word("as"):
            raise self._fail("'as' was expected")
        names = [self._field()]
        while self._take(","):
            names.append(self._field())
        parts = glob.split("*")
        if None in names or len(parts) - 1 != len(names):
            raise self._fail("as many names as '*' were expected")
        pattern = "".join(
            re.escape(part)
            + ("" if i == len(names) else "(.*?)" if any(parts[i + 1 :]) else "(.*)")
            for i, part in enumerate(parts)
        )
        return Command("", [source], by=names, pattern=re.compile(pattern, re.S))

    # expressions, from the loosest binding to the tightest

    def _expression(self) -> Expression:
        self._skip()
        start = self.at
        found = self._or()
        found.text = self.text[start : self.at].strip()
        return found

    def _or(self) -> Expression:
        left = self._and()
        while self._word("or"):
            left = _combine(lambda a, b: truth(a) or truth(b), left, self._and())
        return left

    def _and(self) -> Expression:
        left = self._not()
        while self._word("and"):
            left = _combine(lambda a, b: truth(a) and truth(b), left, self._not())
        return left

    def _not(self) -> Expression:
        if self._word("not"):
            return _combine(lambda a: not truth(a), self._not())
        return self._comparison()

    def _comparison(self) -> Expression:
        left = self._sum()
        if self._take("=~"):
            return self._like(left)
        for symbol in ("!=", "<=", ">=", "==", "=", "<", ">"):
            if self._take(symbol):
                compared = functools.partial(_compared, "=" if symbol == "==" else symbol)
                return _combine(compared, left, self._sum())
        here = self.at
        negated = bool(self._word("not"))
        if self._word("like"):
            found = self._like(left)
        elif self._word("in"):
            found = self._in(left)
        else:
            self.at = here
            return left
        return _combine(lambda a: not a, found) if negated else found

    def _like(self, left: Expression) -> Expression:
        if regex := self._regex():
            return _combine(lambda a: a is not None and bool(regex[0].search(printed(a))), left)
        wanted = self._sum()
        return _combine(
            lambda a, b: a is not None and b is not None and printed(b) in printed(a), left, wanted
        )

    def _in(self, left: Expression) -> Expression:
        self._skip()
        if self.text.startswith("(", self.at):
            raise LabLimit(
                "a subquery of Logs Insights",
                "Logs Insights runs the inner query first.",
                "Logs Insights bills by the bytes that a query scans; a shorter time range "
                "scans less.",
            )
        self._expect("[")
        values = [self._sum()]
        while self._take(","):
            values.append(self._sum())
        self._expect("]")
        return _combine(lambda a, *all: any(compare(a, "=", b) for b in all), left, *values)

    def _sum(self) -> Expression:
        left = self._product()
        while symbol := self._match(re.compile(r"[+-]")):
            left = _arithmetic(symbol.group(), left, self._product())
        return left

    def _product(self) -> Expression:
        left = self._power()
        while symbol := self._match(re.compile(r"[*/%]")):
            left = _arithmetic(symbol.group(), left, self._power())
        return left

    def _power(self) -> Expression:
        if self._take("-"):
            return _combine(lambda a: None if number(a) is None else -number(a), self._power())
        base = self._primary()
        return _arithmetic("^", base, self._power()) if self._take("^") else base

    def _primary(self) -> Expression:
        self._skip()
        start = self.at
        for column in self._columns if not self._depth else ():
            end = self.at + len(column)
            if self.text.startswith(column, self.at) and not self.text[end : end + 1].isalnum():
                self.at = end
                return Expression(column, lambda row, name=column: row.get(name), None, column)
        if self._take("("):
            inner = self._or()
            self._expect(")")
            return inner
        if (literal := self._string()) is not None:
            return Expression("", lambda row: literal)
        if found := self._match(_NUMBER):
            value = number(found.group())
            return Expression("", lambda row: value)
        name = self._field()
        if name is None:
            raise self._fail()
        self._skip()
        if self.text.startswith("(", self.at) and "`" not in self.text[start : self.at]:
            return self._call(name.lower(), start)
        if name.lower() in ("true", "false"):
            return Expression("", lambda row: name.lower() == "true")
        return Expression("", lambda row: lookup(row, name), None, name)

    def _call(self, name: str, start: int) -> Expression:
        self._expect("(")
        if name in ("bin", "datefloor", "dateceil"):
            return self._period_call(name)
        window = self.window
        fixed = {
            "now": window.now // 1000,
            "querystarttime": window.start,
            "queryendtime": window.end,
            "querytimerange": window.end - window.start,
        }
        if name in fixed:
            self._expect(")")
            return Expression("", lambda row: fixed[name])
        if name in AGGREGATES and self._depth:
            return self._aggregate(name, start)
        arguments = [] if self._take(")") else self._arguments()
        if name == "if":
            name = "case" if len(arguments) == 3 else name
        if name == "case" and len(arguments) >= 2:
            return _combine(None, *arguments, whole=_case)
        if name in MISSING:
            raise LabLimit(
                f"the Logs Insights function {name}()",
                "Logs Insights has this function.",
                "Logs Insights bills by the bytes that a query scans; a shorter time range "
                "scans less.",
            )
        if name not in FUNCTIONS:
            self.at = start
            raise self._fail(f"there is no function {name}")
        function, fewest, most = FUNCTIONS[name]
        self._check_count(name, arguments, fewest, most, start)
        return _combine(function, *arguments)

    def _check_count(self, name, arguments, fewest, most, start) -> None:
        if len(arguments) < fewest or (most is not None and len(arguments) > most):
            self.at = start
            raise self._fail(f"{name} was called with {len(arguments)} arguments")

    def _arguments(self) -> list[Expression]:
        found = [self._or()]
        while self._take(","):
            found.append(self._or())
        self._expect(")")
        return found

    def _aggregate(self, name: str, start: int) -> Expression:
        function, fewest, most = AGGREGATES[name]
        self._depth = 0
        if self._take("*"):
            self._expect(")")
            arguments = []
            fewest = 0 if name == "count" else fewest
        else:
            arguments = [] if self._take(")") else self._arguments()
        self._depth = 1
        self._check_count(name, arguments, fewest, most, start)
        calls = [argument.of for argument in arguments]
        return Expression("", lambda row: None, lambda rows, row: function(rows, calls))

    def _period_call(self, name: str) -> Expression:
        source = Expression("", lambda row: row.get("@timestamp"))
        if name != "bin":
            source = self._or()
            self._expect(",")
        period = self._match(_PERIOD)
        unit = UNIT.get(period.group(2).lower()) if period else None
        if unit is None or not int(period.group(1)):
            raise self._fail("a period such as 5m was expected")
        self._expect(")")
        change = ceil_time if name == "dateceil" else floor_time
        return _combine(lambda moment: change(moment, int(period.group(1)), unit), source)


def lookup(row: dict, name: str):
    """Return a field of a row; dots also go into maps and lists made by jsonParse or unnest."""
    if name in row:
        return row[name]
    head, _, rest = name.partition(".")
    while rest:
        if head in row and isinstance(row[head], dict | list):
            return _inside(row[head], rest.split("."))
        part, _, rest = rest.partition(".")
        head = f"{head}.{part}"
    return None


def _inside(value, parts: list[str]):
    for part in parts:
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def _compared(operator: str, left, right) -> bool:
    return compare(left, operator, right)


def truth(value) -> bool:
    return bool(number(value)) if number(value) is not None else value is True


def _combine(function, *parts: Expression, whole=None) -> Expression:
    """An expression of other expressions; over a group if any of its parts is."""
    call = whole or (lambda *values: function(*[value() for value in values]))

    def of(row):
        return call(*[lambda part=part: part.of(row) for part in parts])

    over = None
    if any(part.over for part in parts):

        def over(rows, row):
            return call(
                *[
                    lambda part=part: part.over(rows, row) if part.over else part.of(row)
                    for part in parts
                ]
            )

    return Expression("", of, over)


def _case(*parts):
    for condition, value in zip(parts[::2], parts[1::2], strict=False):
        if truth(condition()):
            return value()
    return parts[-1]() if len(parts) % 2 else None


def _arithmetic(symbol: str, left: Expression, right: Expression) -> Expression:
    def call(a, b):
        a, b = number(a), number(b)
        if a is None or b is None:
            return None
        try:
            if symbol == "^":
                return a**b
            if symbol == "/":
                return a / b
            if symbol == "%":
                return a - b * int(a / b)
            return {"+": a + b, "-": a - b, "*": a * b}[symbol]
        except (ZeroDivisionError, OverflowError):
            return None

    return _combine(call, left, right)
