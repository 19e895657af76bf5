"""Redshift's SQL for sqlglot, with function calls left as they are written."""

from sqlglot import exp
from sqlglot.dialects.redshift import Redshift
from sqlglot.tokens import TokenType

from dealab.sql.parsing import own_grammar


class SuperPath(exp.Expression):
    """An item of FROM that walks into a SUPER value: ``t.items[0].parts AS p AT i``.

    ``this`` is the path, ``object`` tells UNPIVOT (attributes of an object) from unnesting.
    """

    arg_types = {  # noqa: RUF012 - sqlglot's own way
        "this": True,
        "alias": False,
        "index": False,
        "object": False,
        "joins": False,
    }


_QUALIFIERS = ("YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND")


class RedshiftDialect(Redshift):
    INDEX_OFFSET = 0  # leave subscripts as written: sqlglot would shift them

    class Tokenizer(Redshift.Tokenizer):
        COMMANDS = set()  # noqa: RUF012 - SHOW and the like come as words, not as one opaque text
        KEYWORDS = {  # noqa: RUF012
            **Redshift.Tokenizer.KEYWORDS,
            # FLOAT is FLOAT8 in Redshift: FLOAT4 and REAL stay apart from it
            "FLOAT": TokenType.DOUBLE,
            "FLOAT8": TokenType.DOUBLE,
            "TIMETZ": TokenType.TIMETZ,
            "TIME WITH TIME ZONE": TokenType.TIMETZ,
        }
        for _foreign in ("==", "<=>"):  # operators of other databases
            KEYWORDS.pop(_foreign, None)

    class Parser(Redshift.Parser):
        FUNCTIONS = {}  # noqa: RUF012 - sqlglot's own way to configure a parser
        FUNCTION_PARSERS = {  # noqa: RUF012
            **own_grammar(
                Redshift.Parser,
                "CAST",
                "CONVERT",
                "EXTRACT",
                "TRIM",
                "SUBSTRING",
                "POSITION",
                "OBJECT_TRANSFORM",
            ),
            "TRY_CAST": lambda self: self._parse_cast(False, safe=True),
        }
        NO_PAREN_FUNCTION_PARSERS = {  # noqa: RUF012 - there is no IF(a, b, c)
            word: parse
            for word, parse in Redshift.Parser.NO_PAREN_FUNCTION_PARSERS.items()
            if word != "IF"
        }
        UNARY_PARSERS = {  # noqa: RUF012
            **Redshift.Parser.UNARY_PARSERS,
            TokenType.PARAMETER: lambda self: self._parse_at_sign(),
        }
        SUPPORTS_IMPLICIT_UNNEST = False  # FROM t, t.items: the binder knows which t is meant

        def _parse_at_sign(self):
            """Read @ x, the absolute value. A dollar sign begins a parameter.

            https://docs.aws.amazon.com/redshift/latest/dg/r_OPERATOR_SYMBOLS.html
            """
            if self._prev.text != "@":
                self._retreat(self._index - 1)
                return self._parse_type()
            return exp.Paren(this=exp.Anonymous(this="abs", expressions=[self._parse_unary()]))

        def _parse_approximate_count(self):
            """Read APPROXIMATE COUNT(DISTINCT x) and APPROXIMATE PERCENTILE_DISC(...)."""
            call = self._parse_function()
            if isinstance(call, exp.Anonymous) and call.name.lower() == "count":
                call.set("this", "approximate_count")
            return call

        def _parse_interval(self, *args, **kwargs):
            """Read INTERVAL 'text' [qualifier [TO qualifier]] and keep the text as written."""
            quoted = (
                self._curr
                and self._curr.token_type == TokenType.INTERVAL
                and self._next
                and self._next.token_type == TokenType.STRING
            )
            if not quoted:
                numbered = (
                    self._match(TokenType.INTERVAL, advance=False)
                    and self._next
                    and self._next.token_type == TokenType.NUMBER
                )
                if numbered:
                    self.raise_error("INTERVAL takes a quoted text", self._next)
                return super()._parse_interval(*args, **kwargs)
            self._advance()
            written = self._parse_string()
            self._digits = None
            first = self._parse_qualifier()
            if first is None:
                return self.expression(exp.Interval(this=written))
            last = self._parse_qualifier() if self._match_text_seq("TO") else None
            unit = exp.IntervalSpan(this=first, expression=last) if last is not None else first
            interval = self.expression(exp.Interval(this=written, unit=unit))
            interval.meta["digits"] = self._digits
            return interval

        def _parse_limit(self, *args, **kwargs):
            limit = super()._parse_limit(*args, **kwargs)
            if isinstance(limit, exp.Limit) and limit.args.get("offset") is not None:
                self.raise_error("LIMIT #,# syntax is not supported", self._prev)
            return limit

        def _parse_offset(self, *args, **kwargs):
            offset = super()._parse_offset(*args, **kwargs)
            if isinstance(offset, exp.Offset) and self._prev.text.upper() in ("ROW", "ROWS"):
                self.raise_error("OFFSET takes a number alone", self._prev)
            return offset

        def _is_table_query(self):
            return False  # there is no TABLE t for SELECT * FROM t

        def _parse_star_op(self, *keywords):
            """EXCLUDE belongs to the whole select list, and there is no * EXCEPT (...)."""
            if "EXCLUDE" in keywords:
                return None
            return super()._parse_star_op(*keywords)

        def _parse_join(self, *args, **kwargs):
            """A join with neither ON nor USING is no comma list: it is a syntax error."""
            comma = self._curr and self._curr.token_type == TokenType.COMMA
            join = super()._parse_join(*args, **kwargs)
            if join is None or comma:
                return join
            given = ("on", "using", "method")
            if join.args.get("kind") != "CROSS" and not any(join.args.get(p) for p in given):
                self.raise_error("a join needs ON or USING", self._curr or self._prev)
            return join

        def _parse_unnest(self, with_alias: bool = True):
            """Read UNNEST(items) [WITH OFFSET] [AS] u(item [, position])."""
            if not self._match_pair(TokenType.UNNEST, TokenType.L_PAREN):
                return None
            values = self._parse_csv(self._parse_expression)
            self._match_r_paren()
            offset = self._match_pair(TokenType.WITH, TokenType.OFFSET)
            alias = self._parse_table_alias() if with_alias else None
            return self.expression(
                exp.Unnest(expressions=values, alias=alias, offset=offset or None)
            )

        def _parse_qualifier(self):
            if not self._curr or self._curr.text.upper() not in _QUALIFIERS:
                return None
            self._advance()
            word = exp.var(self._prev.text.upper())
            if word.name == "SECOND" and self._match(TokenType.L_PAREN):  # SECOND (3)
                digits = self._parse_number()
                self._digits = digits.name if digits is not None else ""
                self._match_r_paren()
            return word

        def _parse_table(self, *args, **kwargs):
            unpivot = (
                self._curr
                and self._curr.token_type == TokenType.UNPIVOT
                and self._next
                and self._next.token_type != TokenType.L_PAREN
            )
            if unpivot:
                self._advance()
                return self._parse_super_path(whole=True)
            if self._at_super_path():
                return self._parse_super_path(whole=False)
            return super()._parse_table(*args, **kwargs)

        def _at_super_path(self) -> bool:
            """Tell whether an item of FROM is a path with a subscript, or a path with AT."""
            at, tokens = self._index, self._tokens
            names = (TokenType.VAR, TokenType.IDENTIFIER)
            if at >= len(tokens) or not (
                tokens[at].token_type in names or tokens[at].token_type in self.ID_VAR_TOKENS
            ):
                return False
            bracket, steps = False, 0
            at += 1
            while at < len(tokens):
                kind = tokens[at].token_type
                if kind == TokenType.DOT and at + 1 < len(tokens):
                    at += 2
                    steps += 1
                elif kind == TokenType.L_BRACKET:
                    bracket = True
                    while at < len(tokens) and tokens[at].token_type != TokenType.R_BRACKET:
                        at += 1
                    at += 1
                else:
                    break
            if bracket or steps > 2:
                return True
            # x AS y AT z
            if at < len(tokens) and tokens[at].token_type == TokenType.ALIAS:
                at += 1
            if at + 1 < len(tokens) and tokens[at].text.upper() != "AT":
                at += 1
            return (
                at + 1 < len(tokens)
                and tokens[at].text.upper() == "AT"
                and tokens[at].token_type != TokenType.STRING
                and tokens[at + 1].text.upper() != "TIME"
            )

        def _parse_super_path(self, whole: bool):
            path = self._parse_column()
            if isinstance(path, exp.AtTimeZone):
                path = path.this
            alias = index = None
            self._match(TokenType.ALIAS)
            if not self._curr or self._curr.text.upper() != "AT":
                alias = self._parse_id_var(any_token=False)
            if self._match_text_seq("AT"):
                index = self._parse_id_var()
            return self.expression(
                SuperPath(this=path, alias=alias, index=index, object=whole or None)
            )
