"""Condition and filter expressions of DynamoDB.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
(checked 2026-11-23): comparators, BETWEEN, IN, AND, OR, NOT, and the six functions.
"""

import re
from collections.abc import Callable

from dealab.models.dynamodb.values import Invalid, at, call, compare

FUNCTIONS = {
    "attribute_exists": 1,
    "attribute_not_exists": 1,
    "attribute_type": 2,
    "begins_with": 2,
    "contains": 2,
    "size": 1,
}
TYPES = {"S", "N", "B", "SS", "NS", "BS", "M", "L", "NULL", "BOOL"}
_TOKEN = re.compile(r"\s*(<>|<=|>=|[=<>(),]|[#:]?[\w.\-\[\]#]+)")


class Condition:
    """A parsed expression: ``holds(item)``, and the placeholders it ``names`` and ``paths``.

    ``kind`` is ConditionExpression or FilterExpression, for messages. Raises Invalid.
    """

    def __init__(self, text: str, names: dict, values: dict, kind: str, reserved=frozenset()):
        self.text, self.kind, self.reserved = text, kind, reserved
        self._names, self._values = names or {}, values or {}
        self.names: list[str] = []
        self.paths: list[list] = []
        self.tokens = self._split()
        self.place = 0
        self.holds: Callable[[dict], bool] = self._or()
        if self.place < len(self.tokens):
            raise self._syntax()

    def _invalid(self, what: str) -> Invalid:
        return Invalid(f"Invalid {self.kind}: {what}")

    def _syntax(self) -> Invalid:
        token = self.tokens[self.place] if self.place < len(self.tokens) else "<EOF>"
        near = " ".join(self.tokens[max(0, self.place - 1) : self.place + 2])
        return self._invalid(f'Syntax error; token: "{token}", near: "{near}"')

    def _split(self) -> list[str]:
        found, position, text = [], 0, self.text.rstrip()
        if not text:
            raise self._invalid("The expression can not be empty;")
        while position < len(text):
            token = _TOKEN.match(text, position)
            if not token:
                near = text[position : position + 10].strip()
                raise self._invalid(f'Syntax error; token: "{near[:1]}", near: "{near}"')
            found.append(token.group(1))
            position = token.end()
        return found

    def _peek(self) -> str:
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def _take(self, *wanted: str) -> str:
        token = self._peek()
        if token.upper() in wanted:
            self.place += 1
            return token.upper()
        return ""

    def _need(self, wanted: str) -> None:
        if not self._take(wanted):
            raise self._syntax()

    def _or(self):
        left = self._and()
        while self._take("OR"):
            left = (lambda a, b: lambda item: a(item) or b(item))(left, self._and())
        return left

    def _and(self):
        left = self._not()
        while self._take("AND"):
            left = (lambda a, b: lambda item: a(item) and b(item))(left, self._not())
        return left

    def _not(self):
        if self._take("NOT"):
            inner = self._not()
            return lambda item: not inner(item)
        if self._take("("):
            start = self.place
            inner = self._or()
            self._need(")")
            if self.place - start == 1:
                raise self._syntax()
            return inner
        return self._comparison()

    def _comparison(self):
        name = self._peek()
        following = self.tokens[self.place + 1] if self.place + 1 < len(self.tokens) else ""
        if following == "(" and name != "size" and name.upper() not in ("IN", "AND", "OR", "NOT"):
            return self._function()
        left, _ = self._operand()
        operator = self._take("=", "<>", "<", "<=", ">", ">=")
        if operator:
            right, _ = self._operand()
            return lambda item: compare(operator, left(item), right(item))
        if self._take("BETWEEN"):
            low, first = self._operand()
            self._need("AND")
            high, last = self._operand()
            if first and last and compare(">", first, last):
                raise self._invalid(
                    "The BETWEEN operator requires upper bound to be greater than or equal to "
                    f"lower bound; lower bound operand: AttributeValue: {_shown(first)}, upper "
                    f"bound operand: AttributeValue: {_shown(last)}"
                )
            return lambda item: (
                compare(">=", left(item), low(item)) and compare("<=", left(item), high(item))
            )
        if self._take("IN"):
            self._need("(")
            choices = [self._operand()[0]]
            while self._take(","):
                choices.append(self._operand()[0])
            self._need(")")
            return lambda item: any(compare("=", left(item), one(item)) for one in choices)
        raise self._syntax()

    def _function(self):
        name = self._peek()
        self.place += 1
        if name not in FUNCTIONS:
            raise self._invalid(f"Invalid function name; function: {name}")
        self._need("(")
        operands = [self._operand()]
        while self._take(","):
            operands.append(self._operand())
        self._need(")")
        if len(operands) != FUNCTIONS[name]:
            raise self._invalid(
                "Incorrect number of operands for operator or function; operator or function: "
                f"{name}, number of operands: {len(operands)}"
            )
        fixed = operands[-1][1] or {}
        kind = next(iter(fixed), None)
        if (name == "begins_with" and kind not in (None, "S", "B")) or (
            name == "attribute_type" and kind not in (None, "S")
        ):
            raise self._invalid(
                "Incorrect operand type for operator or function; operator or function: "
                f"{name}, operand type: {kind}"
            )
        if name == "attribute_type" and fixed.get("S") not in TYPES:
            raise self._invalid(
                "Invalid attribute type name found; type: "
                f"{fixed.get('S')}, valid types: {{B,NULL,SS,BOOL,L,BS,N,NS,S,M}}"
            )
        if name.startswith("attribute_") and operands[0][1] is not None:
            raise self._invalid(
                "Operator or function requires a document path; operator or function: " + name
            )
        reads = [operand for operand, _ in operands]
        return lambda item: bool(call(name, *[read(item) for read in reads]))

    def _operand(self):
        """Return (function of the item, the value if it is a placeholder)."""
        token = self._peek()
        self.place += 1
        if token == "size" and self._peek() == "(":
            self._need("(")
            inner, _ = self._operand()
            self._need(")")
            return (lambda item: call("size", inner(item))), None
        if token.startswith(":"):
            if token not in self._values:
                raise self._invalid(
                    "An expression attribute value used in expression is not defined; attribute "
                    f"value: {token}"
                )
            value = self._values[token]
            return (lambda item: value), value
        if not re.match(r"[#A-Za-z]", token) or token.upper() in (
            "AND",
            "OR",
            "NOT",
            "IN",
            "BETWEEN",
        ):
            self.place -= 1
            raise self._syntax()
        parts = []
        for name, place in re.findall(r"([^.\[\]]+)|\[(\d+)\]", token):
            if name.startswith("#"):
                if name not in self._names:
                    raise self._invalid(
                        "An expression attribute name used in the document path is not defined; "
                        f"attribute name: {name}"
                    )
                self.names.append(name)
                parts.append(self._names[name])
            elif name and name.upper() in self.reserved:
                raise self._invalid(
                    f"Attribute name is a reserved keyword; reserved keyword: {name}"
                )
            else:
                parts.append(name or int(place))
        self.paths.append(parts)
        return (lambda item: at(item, parts)), None


def _shown(value: dict) -> str:
    [(kind, inner)] = value.items()
    return f"{{{kind}:{inner}}}"
