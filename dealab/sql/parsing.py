"""Reading SQL with sqlglot's tokenizers and parsers, and finding places in its text.

The dialects (``athena/dialect.py``, ``redshift/dialect.py``) leave function calls as they are
written: sqlglot would turn ``date_diff('day', a, b)`` into a neutral node that has lost the
service's meaning. The lab's own function tables decide what a name means.
"""

import logging
import re
from functools import lru_cache

from sqlglot import exp
from sqlglot.errors import ErrorLevel, ParseError, TokenError
from sqlglot.tokens import TokenType

from dealab.sql.errors import LabLimit


def own_grammar(parser, *names) -> dict:
    """Return sqlglot's parsers of calls that have a grammar of their own (CAST, EXTRACT, TRIM)."""
    return {name: parser.FUNCTION_PARSERS[name] for name in names}


class Source:
    """One statement's text with its tokens: turns nodes into line and column."""

    def __init__(self, sql: str, tokens):
        self.sql = sql
        self.tokens = tokens

    def line_column(self, offset: int) -> tuple[int, int]:
        before = self.sql[:offset]
        return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1

    def span(self, node) -> tuple[int, int] | None:
        """Return the offsets of the node's first and last known character."""
        first = last = None
        for part in node.walk() if node is not None else ():
            meta = part._meta
            if meta and "start" in meta:
                first = meta["start"] if first is None else min(first, meta["start"])
                last = meta["end"] if last is None else max(last, meta["end"])
        return None if first is None else (first, last)

    def place(self, node) -> tuple[int | None, int | None]:
        """Return line and column where the node starts, or (None, None) where nobody knows."""
        span = self.span(node) if node is not None else None
        if span is None:
            return None, None
        start = span[0]
        if isinstance(node, (exp.Cast, exp.TryCast, exp.Extract, exp.Case)):
            start = self._keyword_before(start, node.key.upper().replace("TRYCAST", "TRY_CAST"))
        return self.line_column(start)

    def operator_place(self, node) -> tuple[int | None, int | None]:
        """Return where the operator of a binary node stands (Trino points there)."""
        left = node.this
        span = self.span(left) if left is not None else None
        if span is None:
            return self.place(node)
        for token in self.tokens:
            if token.start > span[1] and token.text not in (")", "]"):
                return self.line_column(token.start)
        return self.place(node)

    def _keyword_before(self, offset: int, keyword: str) -> int:
        for token in reversed(self.tokens):
            if token.start < offset and token.text.upper() == keyword:
                return token.start
        return offset


@lru_cache(maxsize=4)
def _tools(dialect):
    made = dialect()
    parser = made.parser(error_level=ErrorLevel.IMMEDIATE)
    parser.PLACEHOLDER_PARSERS = {TokenType.PLACEHOLDER: _mark, TokenType.PARAMETER: _dollar}
    return made.tokenizer(), parser


def _mark(parser):
    """Return a ? that knows its place: values belong to marks in the order of the text."""
    mark = exp.Placeholder()
    mark.meta.update(start=parser._prev.start, end=parser._prev.end)
    return mark


def _dollar(parser):
    """Return $1: an argument of a routine or a prepared statement. There is no @name or :name."""
    if parser._prev.text != "$" or not parser._match(TokenType.NUMBER):
        parser.raise_error("expected a number after $")
    number = exp.Literal.number(parser._prev.text)
    number.meta.update(start=parser._prev.start - 1, end=parser._prev.end)
    return exp.Parameter(this=number)


def tokenize(sql: str, dialect, syntax_error) -> tuple[list, Source]:
    """Return the tokens of ``sql`` and its source.

    ``syntax_error(offset, token)`` builds the service's error for a text that does not parse.
    """
    try:
        sql.encode()
        tokens = _tools(dialect)[0].tokenize(sql)
    except UnicodeEncodeError as problem:  # half of a character: no service gets such a text
        raise syntax_error(problem.start, "\N{REPLACEMENT CHARACTER}") from None
    except TokenError as problem:
        raise syntax_error(*_where(problem, sql)) from None
    for token in tokens:
        if not token.text and token.token_type == TokenType.IDENTIFIER:
            raise syntax_error(token.start, '""')
        if len(token.text) > LONGEST_NUMBER and token.token_type == TokenType.NUMBER:
            raise syntax_error(token.start, token.text[:40])
    _check_depth(tokens, _tools(dialect)[1])
    return tokens, Source(sql, tokens)


LONGEST_NUMBER = 1000  # digits; no type of the services holds a tenth of them


DEEPEST = 10


def _check_depth(tokens, parser) -> None:
    """Refuse ARRAY[ARRAY[... and DATE(DATE(... where they are many.

    The parser tries names of types twice, as a type and as a call: each level doubles its work.
    """
    open_ones, depth, before = [], 0, None
    for token in tokens:
        match token.token_type:
            case TokenType.L_PAREN | TokenType.L_BRACKET:
                typed = before is not None and before.token_type in parser.TYPE_TOKENS
                open_ones.append(typed)
                depth += typed
                if depth > DEEPEST:
                    raise LabLimit(
                        f"{before.text.upper()} and its like nested more than {DEEPEST} deep",
                        "the service has a limit of its own.",
                    )
            case TokenType.R_PAREN | TokenType.R_BRACKET if open_ones:
                depth -= open_ones.pop()
        before = token


def split(sql: str, dialect) -> list[str]:
    """Return the statements of a text, each as written, without its semicolon."""
    try:
        tokens = _tools(dialect)[0].tokenize(sql)
    except TokenError:
        return [sql]  # whoever runs it says what is wrong
    statements, start, held = [], 0, False
    for token in tokens:
        if token.token_type.name == "SEMICOLON":
            if held:
                statements.append(sql[start : token.start])
            start, held = token.end + 1, False
        else:
            held = True
    if held:
        statements.append(sql[start:])
    return [statement.strip() for statement in statements]


def parse(tokens, source: Source, dialect, syntax_error, kinds=(exp.Query, exp.Values)):
    """Return the tree of one query, or of one of the ``kinds`` of statement asked for."""
    _check_commas(tokens, syntax_error, len(source.sql))
    trees = _quietly(tokens, source, dialect, syntax_error, "parse")
    tree = trees[0]
    if not isinstance(tree, tuple(kinds)):
        raise syntax_error(tokens[0].start, tokens[0].text)
    return _checked(tree, source, syntax_error, dialect)


def parse_expression(tokens, source: Source, dialect, syntax_error):
    """Return the tree of one expression."""
    _check_commas(tokens, syntax_error, len(source.sql))
    trees = _quietly(tokens, source, dialect, syntax_error, "parse_into", exp.Condition)
    if trees[0] is None:
        raise syntax_error(tokens[0].start, tokens[0].text)
    return _checked(trees[0], source, syntax_error, dialect)


def _quietly(tokens, source, dialect, syntax_error, method, *arguments):
    logger = logging.getLogger("sqlglot")
    before, logger.disabled = logger.disabled, True  # its warnings would fail a graded cell
    try:
        return getattr(_tools(dialect)[1], method)(*arguments, tokens, source.sql)
    except ParseError as problem:
        raise syntax_error(*_where(problem, source.sql)) from None
    finally:
        logger.disabled = before


def _checked(tree, source, syntax_error, dialect):
    reserved = getattr(dialect, "RESERVED_NAMES", ())
    for name in tree.find_all(exp.Identifier):  # the parser takes 'text' for a name
        start = (name._meta or {}).get("start")
        if (start is not None and source.sql[start] == "'") or not name.this:
            raise syntax_error(start or 0, source.sql[start : start + 1] if start else "")
        if reserved and not name.args.get("quoted") and name.this.upper() in reserved:
            raise syntax_error(start or 0, name.this)
    return tree


_AFTER_COMMA = frozenset(
    [
        "FROM",
        "WHERE",
        "GROUP",
        "HAVING",
        "ORDER",
        "LIMIT",
        "UNION",
        "EXCEPT",
        "INTERSECT",
        "OFFSET",
        "FETCH",
        "QUALIFY",
        ")",
        "]",
        ",",
        ";",
    ]
)


def _check_commas(tokens, syntax_error, end: int) -> None:
    """Refuse a comma with nothing behind it: the parser would skip it without a word."""
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        opens = token.token_type.name in ("L_PAREN", "L_BRACKET") and following is not None
        if opens and following.token_type.name == "COMMA":
            raise syntax_error(following.start, ",")
        if token.text != "," or token.token_type.name != "COMMA":
            continue
        if following is None:
            raise syntax_error(end, "<EOF>")
        if following.text.upper() in _AFTER_COMMA and following.token_type.name != "STRING":
            raise syntax_error(following.start, following.text)


def _where(problem, sql: str) -> tuple[int, str]:
    """Return the offset of the token that the parser could not use, and its text."""
    errors = getattr(problem, "errors", None) or []
    for error in errors:
        highlight = error.get("highlight") or ""
        line, col = error.get("line"), error.get("col")
        if line:
            lines = sql.split("\n")
            end = sum(len(text) + 1 for text in lines[: line - 1]) + col
            return max(0, end - max(len(highlight), 1)), highlight
    match = re.search(r"[Ll]ine (\d+), [Cc]ol(?:umn)?:? (\d+)", str(problem))
    if match:
        lines = sql.split("\n")
        return sum(len(text) + 1 for text in lines[: int(match[1]) - 1]) + int(match[2]) - 1, ""
    return len(sql), "<EOF>"
