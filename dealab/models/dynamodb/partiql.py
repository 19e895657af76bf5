"""PartiQL for DynamoDB: SELECT, INSERT, UPDATE and DELETE, read into statements.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.html
(checked 2026-11-23: the operators and UPDATE; not: the other pages).
``parse`` gives a ``Statement``; who holds the items runs it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from dealab.models.dynamodb.values import EXACT, Invalid, at, call, compare, normal

_TOKEN = re.compile(
    r"""\s*(?:(?P<string>'(?:[^']|'')*')|(?P<quoted>"(?:[^"]|"")*")|(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
    |(?P<word>[A-Za-z_][\w\-]*)|(?P<mark><<|>>|<>|!=|<=|>=|[=<>(){}\[\],.:?*+\-]))""",
    re.X,
)
_CONDITION_CALLS = ("begins_with", "contains", "attribute_type", "size")


@dataclass
class Statement:
    """``kind`` SELECT, INSERT, UPDATE, DELETE or EXISTS.

    ``paths`` are those selected (empty: all), ``item`` what is inserted, ``where(item)`` the
    condition and ``equal`` the attributes that it fixes to one value (``choices``: to some), as
    far as they are joined by AND. ``changes`` are functions that take an item to the next one.
    ``order`` is (attribute, descending), ``returning`` such as ``ALL_OLD``.
    """

    kind: str
    table: str = ""
    index: str | None = None
    paths: list = field(default_factory=list)
    item: dict = field(default_factory=dict)
    where: Callable = lambda item: True
    equal: dict = field(default_factory=dict)
    choices: dict = field(default_factory=dict)
    changes: list = field(default_factory=list)
    changed: list = field(default_factory=list)
    order: tuple | None = None
    returning: str = ""
    has_where: bool = False


def parse(text: str, parameters: list | None = None) -> Statement:
    """Read a statement with its ``parameters`` for ``?``. Raises Invalid."""
    return _Parser(text, parameters or []).statement()


class _Parser:
    def __init__(self, text, parameters):
        self.parameters, self.used = parameters, 0
        self.tokens, position, text = [], 0, text.strip().rstrip(";")
        while position < len(text.rstrip()):
            found = _TOKEN.match(text, position)
            if not found:
                raise self._wrong("Unexpected character")
            self.tokens.append((found.lastgroup, found.group(found.lastgroup)))
            position = found.end()
        self.place = 0

    def _wrong(self, what: str = "Unexpected term") -> Invalid:
        near = self.tokens[self.place][1] if self.place < len(self.tokens) else "end of statement"
        return Invalid(f"Statement wasn't well formed, can't be processed: {what}: {near}")

    def _peek(self, ahead: int = 0) -> tuple:
        place = self.place + ahead
        return self.tokens[place] if place < len(self.tokens) else ("end", "")

    def _word(self, *words: str) -> str:
        kind, text = self._peek()
        if kind == "word" and text.upper() in words:
            self.place += 1
            return text.upper()
        return ""

    def _mark(self, *marks: str) -> str:
        kind, text = self._peek()
        if kind == "mark" and text in marks:
            self.place += 1
            return text
        return ""

    def _need(self, *wanted: str) -> None:
        for one in wanted:
            if not (self._mark(one) or self._word(one)):
                raise self._wrong()

    def _name(self) -> str:
        kind, text = self._peek()
        if kind not in ("word", "quoted"):
            raise self._wrong()
        self.place += 1
        return text[1:-1].replace('""', '"') if kind == "quoted" else text

    def statement(self) -> Statement:
        kind = self._word("SELECT", "INSERT", "UPDATE", "DELETE", "EXISTS")
        if not kind:
            raise self._wrong()
        if kind == "EXISTS":
            self._need("(", "SELECT")
            found = self._select(Statement(kind))
            self._need(")")
        else:
            found = getattr(self, f"_{kind.lower()}")(Statement(kind))
        if self._peek()[0] != "end":
            raise self._wrong()
        if self.used != len(self.parameters):
            raise Invalid("Number of parameters in request and statement don't match.")
        return found

    def _table(self, found: Statement) -> None:
        found.table = self._name()
        if self._mark("."):
            found.index = self._name()

    def _select(self, found: Statement) -> Statement:
        if not self._mark("*"):
            while True:
                if self._peek(1) == ("mark", "("):
                    raise self._wrong("Unsupported function")
                found.paths.append(self._path())
                if not self._mark(","):
                    break
        self._need("FROM")
        self._table(found)
        self._where(found)
        if self._word("ORDER"):
            self._need("BY")
            name = self._name()
            found.order = (name, self._word("ASC", "DESC") == "DESC")
            if self._mark(","):
                self._name()
                self._word("ASC", "DESC")
        if self._peek()[1].upper() in ("LIMIT", "GROUP", "HAVING", "JOIN"):
            raise self._wrong(f"Unsupported clause {self._peek()[1].upper()}")
        return found

    def _insert(self, found: Statement) -> Statement:
        self._need("INTO")
        self._table(found)
        self._need("VALUE")
        value = self._literal()
        if "M" not in value:
            raise self._wrong("An item was expected")
        found.item = value["M"]
        return found

    def _update(self, found: Statement) -> Statement:
        self._table(found)
        while word := self._word("SET", "REMOVE"):
            while True:
                path = self._path()
                found.changed.append(path)
                if word == "REMOVE":
                    found.changes.append(lambda item, path=path: without(item, path))
                else:
                    self._need("=")
                    value = self._sum()
                    found.changes.append(
                        lambda item, path=path, value=value: with_value(item, path, value(item))
                    )
                if not self._mark(","):
                    break
        if not found.changes:
            raise self._wrong()
        self._where(found)
        return self._returning(found)

    def _delete(self, found: Statement) -> Statement:
        self._need("FROM")
        self._table(found)
        self._where(found)
        return self._returning(found)

    def _returning(self, found: Statement) -> Statement:
        if self._word("RETURNING"):
            first, second = self._word("ALL", "MODIFIED"), self._word("OLD", "NEW")
            self._need("*")
            found.returning = f"{first}_{second}"
            if not first or not second or (found.kind == "DELETE" and found.returning != "ALL_OLD"):
                raise self._wrong()
        return found

    def _where(self, found: Statement) -> None:
        if self._word("WHERE"):
            found.has_where = True
            found.where, found.equal, found.choices = self._or()

    # conditions: (function, fixed attributes, attributes with some values)

    def _or(self):
        first = self._and()
        if self._peek() and self._peek()[1].upper() != "OR":
            return first
        parts = [first[0]]
        while self._word("OR"):
            parts.append(self._and()[0])
        return (lambda item: any(part(item) for part in parts)), {}, {}

    def _and(self):
        parts, equal, choices = [], {}, {}
        while True:
            holds, fixed, some = self._not()
            parts.append(holds)
            equal |= fixed
            choices |= some
            if not self._word("AND"):
                return (lambda item: all(part(item) for part in parts)), equal, choices

    def _not(self):
        if self._word("NOT"):
            inner = self._not()[0]
            return (lambda item: not inner(item)), {}, {}
        if self._mark("("):
            inner = self._or()
            self._need(")")
            return inner
        name = self._peek()[1].lower()
        if self._peek(1) == ("mark", "(") and name in _CONDITION_CALLS and name != "size":
            self.place += 2
            values = [self._sum()]
            while self._mark(","):
                values.append(self._sum())
            self._need(")")
            return (lambda item: bool(call(name, *[v(item) for v in values]))), {}, {}
        start = self.place
        left = self._sum()
        path = self._plain_path(start)
        if operator := self._mark("=", "<>", "!=", "<", "<=", ">", ">="):
            operator = "<>" if operator == "!=" else operator
            right = self._sum()
            fixed = {path: right({})} if operator == "=" and path and right({}) else {}
            return (lambda item: compare(operator, left(item), right(item))), fixed, {}
        if self._word("BETWEEN"):
            low = self._sum()
            self._need("AND")
            high = self._sum()
            return (
                lambda item: (
                    compare(">=", left(item), low(item)) and compare("<=", left(item), high(item))
                ),
                {},
                {},
            )
        if self._word("IN"):
            close = "]" if self._mark("[") else ")"
            if close == ")":
                self._need("(")
            values = [self._sum()]
            while self._mark(","):
                values.append(self._sum())
            self._need(close)
            some = {path: [value({}) for value in values]} if path else {}
            return (lambda item: any(compare("=", left(item), v(item)) for v in values)), {}, some
        if self._word("IS"):
            negated = bool(self._word("NOT"))
            what = self._word("MISSING", "NULL")
            if not what:
                raise self._wrong()
            if what == "MISSING":
                return (lambda item: (left(item) is None) != negated), {}, {}
            return (lambda item: ("NULL" in (left(item) or {})) != negated), {}, {}
        raise self._wrong()

    def _plain_path(self, start: int) -> str:
        if self.place - start == 1 and self.tokens[start][0] in ("word", "quoted"):
            return self.tokens[start][1].strip('"')
        return ""

    # values: functions of the item

    def _sum(self):
        left = self._value()
        while sign := self._mark("+", "-"):
            right = self._value()
            left = (lambda a, b, sign: lambda item: _add(a(item), b(item), sign))(left, right, sign)
        return left

    def _value(self):
        kind, text = self._peek()
        name = text.lower()
        if self._peek(1) == ("mark", "(") and kind == "word":
            if name not in ("size", "list_append", "set_add", "set_delete", "if_not_exists"):
                raise self._wrong("Unsupported function")
            self.place += 2
            values = [self._sum()]
            while self._mark(","):
                values.append(self._sum())
            self._need(")")
            return lambda item: _change(name, [value(item) for value in values])
        if kind in ("word", "quoted") and text.upper() not in ("TRUE", "FALSE", "NULL"):
            path = self._path()
            return lambda item: at(item, path)
        value = self._literal()
        return lambda item: value

    def _path(self) -> list:
        parts: list = [self._name()]
        while True:
            if self._mark("."):
                parts.append(self._name())
            elif self._mark("["):
                kind, text = self._peek()
                self.place += 1
                if kind not in ("number", "string"):
                    raise self._wrong()
                parts.append(int(text) if kind == "number" else text[1:-1])
                self._need("]")
            else:
                return parts

    def _literal(self) -> dict:
        kind, text = self._peek()
        self.place += 1
        if kind == "string":
            return {"S": text[1:-1].replace("''", "'")}
        if kind == "number":
            return normal({"N": text})
        if kind == "word" and text.upper() in ("TRUE", "FALSE"):
            return {"BOOL": text.upper() == "TRUE"}
        if kind == "word" and text.upper() == "NULL":
            return {"NULL": True}
        if text == "-" and self._peek()[0] == "number":
            return normal({"N": "-" + self._literal()["N"]})
        if text == "?":
            if self.used >= len(self.parameters):
                raise Invalid("Number of parameters in request and statement don't match.")
            self.used += 1
            return normal(self.parameters[self.used - 1])
        if text == "[":
            return {"L": self._several("]")}
        if text == "<<":
            values = self._several(">>")
            kinds = {next(iter(value)) for value in values}
            if len(kinds) != 1 or not kinds <= {"S", "N", "B"}:
                raise self._wrong("A set holds values of one type")
            [one] = kinds
            return normal({one + "S": [value[one] for value in values]})
        if text == "{":
            found = {}
            while not self._mark("}"):
                if found:
                    self._need(",")
                kind, name = self._peek()
                if kind != "string":
                    raise self._wrong()
                self.place += 1
                self._need(":")
                found[name[1:-1].replace("''", "'")] = self._literal()
            return {"M": found}
        self.place -= 1
        raise self._wrong()

    def _several(self, close: str) -> list:
        found: list = []
        while not self._mark(close):
            if found:
                self._need(",")
            found.append(self._literal())
        return found


def _add(a, b, sign: str) -> dict:
    from decimal import Decimal

    if not a or not b or "N" not in a or "N" not in b:
        raise Invalid(
            "Incorrect operand type for operator or function; operator or function: " + sign
        )
    left, right = Decimal(a["N"]), Decimal(b["N"])
    return normal({"N": str(EXACT.add(left, right if sign == "+" else -right))})


def _change(name: str, values: list):
    if name == "size":
        return call("size", *values)
    if name == "if_not_exists":
        return values[0] if values[0] is not None else values[1]
    if name == "list_append":
        if not all(value and "L" in value for value in values):
            raise Invalid(
                "Incorrect operand type for operator or function; operator or function: list_append"
            )
        return {"L": values[0]["L"] + values[1]["L"]}
    kind = next(iter(values[1]))
    before = (values[0] or {kind: []}).get(kind)
    if before is None or len(kind) != 2:
        raise Invalid(
            f"Incorrect operand type for operator or function; operator or function: {name}"
        )
    more = values[1][kind]
    if name == "set_add":
        return {kind: before + [one for one in more if one not in before]}
    left = [one for one in before if one not in more]
    return {kind: left} if left else None


def with_value(item: dict, path: list, value: dict | None) -> dict:
    """Return a copy of ``item`` with ``value`` at ``path`` (None: removed). Raises Invalid."""
    if value is None:
        return without(item, path)
    return _set({"M": item}, path, value)["M"]


def _set(node: dict, path: list, value: dict) -> dict:
    if not path:
        return value
    first, rest = path[0], path[1:]
    problem = "The document path provided in the update expression is invalid for update"
    kind = "L" if isinstance(first, int) else "M"
    if kind not in node:
        raise Invalid(problem)
    copy = list(node["L"]) if kind == "L" else dict(node["M"])
    if kind == "L" and first >= len(copy):
        if rest:
            raise Invalid(problem)
        return {"L": [*copy, value]}
    if rest and kind == "M" and first not in copy:
        raise Invalid(problem)
    copy[first] = _set(copy[first], rest, value) if rest else value
    return {kind: copy}


def without(item: dict, path: list) -> dict:
    """Return a copy of ``item`` without what stands at ``path``."""
    if at(item, path) is None:
        return item
    parent = at(item, path[:-1]) if len(path) > 1 else {"M": item}
    if isinstance(path[-1], int):
        rest = {"L": [one for place, one in enumerate(parent["L"]) if place != path[-1]]}
    else:
        rest = {"M": {name: one for name, one in parent["M"].items() if name != path[-1]}}
    return rest["M"] if len(path) == 1 else _set({"M": item}, path[:-1], rest)["M"]


# running a statement against items


class Refused(Exception):
    """What the service answers with an error ``code`` of its own."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code, self.message = code, message


@dataclass
class Outcome:
    """``items`` to return; ``write`` is None or (key, the item before, the item after or None).

    ``read`` holds the items that were looked at, for the capacity that it takes.
    """

    items: list = field(default_factory=list)
    write: tuple | None = None
    read: list = field(default_factory=list)


def plan(found: Statement, keys: list[str], index_keys: list[str], items: list[dict]) -> Outcome:
    """Say what a statement gives and changes; nothing is changed yet.

    ``keys`` are the table's key attributes, ``index_keys`` those of the index asked (or the same),
    ``items`` all items of the table or index. Raises Invalid or Refused.
    """
    if found.kind in ("SELECT", "EXISTS"):
        return _plan_select(found, index_keys, items)
    if found.index:
        raise Invalid("Unsupported operation on an index")
    if found.kind == "INSERT":
        key = {name: found.item[name] for name in keys if name in found.item}
        if any(_key(one, keys) == key for one in items):
            raise Refused("DuplicateItem", "Duplicate primary key exists in table")
        return Outcome(write=(key, None, {name: normal(v) for name, v in found.item.items()}))
    key = {name: found.equal.get(name) for name in keys}
    if None in key.values():
        raise Invalid("Where clause does not contain a mandatory equality on all key attributes")
    before = next((one for one in items if _key(one, keys) == key), None)
    failed = Refused("ConditionalCheckFailed", "The conditional request failed")
    if before is None and found.kind == "DELETE":
        return Outcome(write=(key, None, None))
    if before is None or not found.where(before):
        raise failed
    if found.kind == "DELETE":
        return Outcome([before] if found.returning else [], (key, before, None))
    after = before
    for path, change in zip(found.changed, found.changes, strict=True):
        if path[0] in keys:
            raise Invalid(f"Cannot update attribute {path[0]}. This attribute is part of the key")
        # Every value is that from before the statement, but the paths build on one another.
        after = _merged(after, change(before), path)
    shown = before if found.returning.endswith("OLD") else after
    if found.returning.startswith("MODIFIED"):
        tops = {path[0] for path in found.changed}
        shown = {name: value for name, value in shown.items() if name in tops}
    return Outcome([shown] if found.returning else [], (key, before, after))


def _merged(after: dict, changed: dict, path: list) -> dict:
    value = at(changed, path)
    return without(after, path) if value is None else with_value(after, path, value)


def _key(item: dict, keys: list[str]) -> dict:
    return {name: item.get(name) for name in keys}


def _plan_select(found: Statement, keys: list[str], items: list[dict]) -> Outcome:
    hash_key, sort_key = keys[0], keys[1] if len(keys) > 1 else None
    values = found.choices.get(hash_key) or [found.equal.get(hash_key)]
    if found.order and (found.order[0] not in keys or values == [None]):
        raise Invalid(
            "Must have WHERE clause in the statement when using ORDER BY clause."
            if not found.has_where
            else "Must have at least one non-optional hash key condition in WHERE clause when "
            "using ORDER BY clause."
        )
    read = items
    if values != [None]:
        read = [one for value in values for one in items if compare("=", one.get(hash_key), value)]
        fixed = found.equal.get(sort_key) if sort_key else None
        if fixed:
            read = [one for one in read if compare("=", one.get(sort_key), fixed)]
    if sort_key and values != [None]:
        from dealab.models.dynamodb.values import comparable

        down = bool(found.order and found.order[1])
        read = sorted(read, key=lambda one: comparable(one[sort_key]), reverse=down)
    return Outcome([one for one in read if found.where(one)], None, read)


def selected(item: dict, paths: list) -> dict:
    """Return what SELECT shows: the last part of each path names its column."""
    if not paths:
        return item
    columns = {}
    for path in paths:
        value = at(item, path)
        if value is not None:
            name = next((part for part in reversed(path) if isinstance(part, str)), "")
            columns[f"{name}[{path[-1]}]" if isinstance(path[-1], int) else name] = value
    return columns
