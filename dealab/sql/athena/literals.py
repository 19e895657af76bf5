"""Athena's literals: numbers, text with escapes, bytes, moments, and what stands without quotes."""

import re

from sqlglot import exp

from dealab.sql import types
from dealab.sql.athena import intervals, registry
from dealab.sql.errors import LabLimit
from dealab.sql.nodes import binds
from dealab.sql.scope import Value
from dealab.sql.types import DATE, Type, decimal, text


class Literals:
    """The part of Athena's binder that reads literals."""

    def number_literal(self, node):
        span = self.source.span(node)
        following = self.source.sql[span[1] + 1 : span[1] + 2] if span else ""
        if following.isalpha() or following == "_":
            word = re.match(r"\w+", self.source.sql[span[0] :])[0]
            if re.fullmatch("0[oO][0-7]+", word):
                raise LabLimit(f"the octal number {word}", "Trino reads it.")
            raise self.error(
                "SYNTAX_ERROR",
                "identifiers must not start with a digit; surround the identifier with double "
                "quotes",
                node,
            )
        return super().number_literal(node)

    def cast_node(self, node, scope, safe):
        value = self.bind(node.this, scope)
        literal = isinstance(node.this, exp.Literal) and node.this.is_string
        kind = self.literal_type(node, value) if literal else self.target_type(node.args["to"])
        if literal and kind.name in registry.MOMENTS and self._typed_literal(node):
            return intervals.moment_literal(self, node, kind, value.literal)
        result = self.cast_value(value, kind, node, safe)
        if kind.name in ("interval_day", "interval_month"):
            raise self.limit_node(node)
        return result

    def literal_type(self, node, value) -> Type:
        """DATE '...', TIMESTAMP '...', DECIMAL '...': the text decides the precision."""
        kind = self.target_type(node.args["to"])
        written = not node.args["to"].expressions
        content = value.literal
        if kind.name == "decimal" and written and self._typed_literal(node):
            digits = content.lstrip("+-")
            number = digits.replace(".", "", 1)
            if not (number.isascii() and number.isdigit()) or len(number.lstrip("0")) > 38:
                message = f"'{content}' is not a valid DECIMAL literal"
                raise self.error("INVALID_LITERAL", message, node)
            whole, _, fraction = digits.partition(".")
            return decimal(max(1, len(whole.lstrip("0")) + len(fraction)), len(fraction))
        if kind.name == "char" and written and self._typed_literal(node):
            return types.char(max(1, len(content)))
        return kind

    def keyword_place(self, node):
        """Return where the type's name of a typed literal stands."""
        span = self.source.span(node.this)
        for token in reversed(self.source.tokens):
            if span and token.start < span[0]:
                return self.source.line_column(token.start)
        return self.source.place(node)

    def _typed_literal(self, node) -> bool:
        """Tell DATE '2026-01-01' from CAST('2026-01-01' AS DATE)."""
        span = self.source.span(node.this)
        if span is None:
            return False
        before = self.source.sql[: span[0]].rstrip()
        return not before.endswith("(")

    @binds(exp.CurrentCatalog)
    def current_catalog(self, node, scope):
        return self.string_literal("awsdatacatalog")

    def bare_name(self, node, scope):
        if node.name.lower() == "current_schema" and not node.this.args.get("quoted"):
            return self.string_literal(self.database)
        return None

    @binds(exp.RawString, "this")
    def binary_literal(self, node, scope):
        """X'65 68': the tokenizer is told that it is a raw string, which Trino does not have."""
        digits = re.sub(r"\s", "", node.this)
        if not re.fullmatch("[0-9a-fA-F]*", digits):
            message = "Binary literal can only contain hexadecimal digits"
            raise self.error("SYNTAX_ERROR", message, node)
        if len(digits) % 2:
            message = "Binary literal must contain an even number of digits"
            raise self.error("SYNTAX_ERROR", message, node)
        return Value(f"unhex({text(digits)})", types.VARBINARY)

    def hex_string(self, node, scope):
        """0x1F"""
        return self.number_literal(exp.Literal.number(str(int(node.this, 16))))

    @binds(exp.BitString, "this")
    def bit_number(self, node, scope):
        """0b101"""
        return self.number_literal(exp.Literal.number(str(int(node.this, 2))))

    @binds(exp.UnicodeString, "this", "escape")
    def unicode_literal(self, node, scope):
        """U&'caf\\00e9', with UESCAPE another mark."""
        mark = node.args["escape"].this if node.args.get("escape") else "\\"
        if len(mark) != 1 or re.fullmatch("[0-9a-fA-F+'\"\\s]", mark):
            raise self.error("SYNTAX_ERROR", "Invalid Unicode escape character", node)
        m = re.escape(mark)

        def one(found):
            if found[0] == mark * 2:
                return mark
            digits = found[1] or found[2]
            if not digits:
                raise self.error("SYNTAX_ERROR", "Incomplete escape sequence: " + found[0], node)
            point = int(digits, 16)
            if point > 0x10FFFF or 0xD800 <= point <= 0xDFFF:
                raise self.error("SYNTAX_ERROR", f"Invalid escaped character: {digits}", node)
            return chr(point)

        pattern = rf"{m}{m}|{m}(?:\+([0-9a-fA-F]{{6}})|([0-9a-fA-F]{{4}}))|{m}"
        return self.string_literal(re.sub(pattern, one, node.this))

    @binds(exp.ParseJSON, "this", "is_literal")
    def json_literal(self, node, scope):
        return self.as_call("json_parse", [node.this], node, scope)

    def interval_value(self, node, scope):
        return intervals.interval_literal(self, node, scope)

    def now(self, word, node):
        digits = 3
        asked = node.this if isinstance(node.this, exp.Expr) else node.find(exp.Literal)
        if isinstance(asked, exp.Literal) and asked.this.isdigit():
            digits = int(asked.this)
            if digits > 12:
                raise self.error(
                    "INVALID_FUNCTION_ARGUMENT",
                    f"TIMESTAMP precision must be in range [0, 12]: {digits}",
                    node,
                )
            if digits > 6:
                raise LabLimit(f"{word}({digits})", "Trino keeps up to 12 digits of a second.")
        now = "now()" if digits > 3 else "lab_now()"
        match word:
            case "current_date":
                return Value("current_date", DATE)
            case "current_timestamp":
                return Value(now, types.timestamptz("UTC", digits))
            case "localtimestamp":
                return Value(f"CAST({now} AS TIMESTAMP)", types.timestamp(digits))
            case "current_time":
                raise LabLimit("current_time", "Athena answers a time with time zone.")
        return Value(f"CAST(CAST({now} AS TIMESTAMP) AS TIME)", Type("time", (digits,)))
