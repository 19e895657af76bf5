"""Athena's dialect: sqlglot's Trino grammar, with function calls left as they are written.

Calls with a grammar of their own (the JSON functions, LISTAGG) become the lab's own nodes here:
sqlglot reads a part of their clauses only.
"""

from sqlglot import exp
from sqlglot.dialects.hive import Hive
from sqlglot.dialects.trino import Trino
from sqlglot.tokens import TokenType

from dealab.sql.errors import LabLimit
from dealab.sql.parsing import own_grammar


class JsonCall(exp.Expression):
    """JSON_EXISTS, JSON_QUERY, JSON_VALUE, JSON_OBJECT, JSON_ARRAY with all their clauses.

    ``expressions``: the input (or the elements of an array), ``keys``: of an object, ``path``: a
    text, ``passing``: values named by ``names``, ``json``: which expressions carry FORMAT JSON (a
    list of encodings or None), ``returning``: a type, ``clauses``: words by clause.
    """

    arg_types = {  # noqa: RUF012 - sqlglot's own way
        "this": True,
        "expressions": False,
        "keys": False,
        "path": False,
        "passing": False,
        "names": False,
        "json": False,
        "returning": False,
        "encoding": False,
        "clauses": False,
        "empty": False,
        "error": False,
    }


class Overflow(exp.Expression):
    """ON OVERFLOW of LISTAGG. ``this``: the filler, None for ERROR."""

    arg_types = {"this": False, "count": False}  # noqa: RUF012


# Words that are no names without double quotes. Athena's own list adds FIRST and LAST, which its
# engine's grammar takes as names. Words that are values (CURRENT_DATE) or calls (TRIM) are left to
# the grammar. https://trino.io/docs/current/language/reserved.html and
# https://docs.aws.amazon.com/athena/latest/ug/reserved-words.html
_RESERVED = """
    ALTER AND AS BETWEEN BY CASE CAST CONSTRAINT CREATE CROSS CUBE DEALLOCATE DELETE DESCRIBE
    DISTINCT DROP ELSE END ESCAPE EXCEPT EXECUTE EXISTS EXTRACT FALSE FOR FROM FULL GROUP GROUPING
    HAVING IN INNER INSERT INTERSECT INTO IS JOIN LEFT LIKE NATURAL NOT NULL ON OR ORDER OUTER
    PREPARE RECURSIVE RIGHT ROLLUP SELECT SKIP TABLE THEN TRUE UESCAPE UNION UNNEST USING VALUES
    WHEN WHERE WITH
"""


class AthenaDialect(Trino):
    RESERVED_NAMES = frozenset(_RESERVED.split())
    INDEX_OFFSET = 0  # leave subscripts as written: sqlglot would shift them
    # https://trino.io/docs/current/language/types.html#integer: 1_000, 0x1F, 0b101, 0o17
    NUMBERS_CAN_BE_UNDERSCORE_SEPARATED = True

    class Tokenizer(Trino.Tokenizer):
        COMMANDS = set()  # noqa: RUF012 - SHOW and the like come as words, not as one opaque text
        # X'..' may hold blanks, which sqlglot's own token does not: read it as a raw string, and
        # keep a prefix that nobody writes, so that 0x1F is still known.
        HEX_STRINGS = [("\x00x'", "'")]  # noqa: RUF012
        BIT_STRINGS = [("\x00b'", "'")]  # noqa: RUF012
        RAW_STRINGS = [("x'", "'"), ("X'", "'")]  # noqa: RUF012

    class Parser(Trino.Parser):
        FUNCTIONS = {}  # noqa: RUF012 - sqlglot's own way to configure a parser
        FUNCTION_PARSERS = {  # noqa: RUF012
            **own_grammar(
                Trino.Parser,
                *("CAST", "TRY_CAST", "EXTRACT", "TRIM", "SUBSTRING", "POSITION"),
            ),
            "JSON_EXISTS": lambda self: _json_question(self, "json_exists"),
            "JSON_QUERY": lambda self: _json_question(self, "json_query"),
            "JSON_VALUE": lambda self: _json_question(self, "json_value"),
            "JSON_OBJECT": lambda self: _json_object(self),
            "JSON_ARRAY": lambda self: _json_array(self),
            "LISTAGG": lambda self: _listagg(self),
            "JSON_TABLE": lambda self: _json_table(self),
        }


def _json_table(parser):
    raise LabLimit("JSON_TABLE", "Trino's newer versions make rows of a JSON text with it.")


def _placed(node, token):
    node.meta["start"], node.meta["end"] = token.start, token.end
    return node


def _name_token(parser):
    return parser._tokens[parser._index - 2]


def _json_format(parser) -> str | None:
    """FORMAT JSON [ENCODING UTF8]: the encoding, or None where it is not said to be JSON."""
    if not parser._match_text_seq("FORMAT", "JSON"):
        return None
    if parser._match_text_seq("ENCODING"):
        return _word(parser, ("UTF8", "UTF16", "UTF32"))
    return "UTF8"


def _word(parser, words) -> str:
    for word in words:
        if parser._match_text_seq(*word.split()):
            return word
    parser.raise_error("expected one of " + ", ".join(words))
    return ""


def _returning(parser, parts) -> None:
    if parser._match_text_seq("RETURNING"):
        parts["returning"] = parser._parse_types()
        parts["encoding"] = _json_format(parser)


def _json_question(parser, name):
    token = _name_token(parser)
    parts = {"this": name, "expressions": [parser._parse_disjunction()]}
    parts["json"] = [_json_format(parser)]
    if not parser._match(TokenType.COMMA):
        parser.raise_error("expected a comma and a path")
    parts["path"] = parser._parse_disjunction()
    passing, names = [], []
    if parser._match_text_seq("PASSING"):
        while True:
            passing.append(parser._parse_disjunction())
            parts["json"].append(_json_format(parser))
            if not parser._match(TokenType.ALIAS):
                parser.raise_error("expected AS")
            label = parser._parse_id_var()
            # Names without quotes are folded to upper case, paths are case-sensitive.
            names.append(label.name if label.args.get("quoted") else label.name.upper())
            if not parser._match(TokenType.COMMA):
                break
    parts["passing"], parts["names"] = passing, names
    if name != "json_exists":
        _returning(parser, parts)
    clauses = {}
    if name == "json_query":
        if parser._match_text_seq("WITHOUT"):
            parser._match_text_seq("ARRAY")
            _word(parser, ("WRAPPER",))
        elif parser._match(TokenType.WITH):
            conditional = parser._match_text_seq("CONDITIONAL")
            parser._match_text_seq("UNCONDITIONAL")
            parser._match_text_seq("ARRAY")
            _word(parser, ("WRAPPER",))
            clauses["wrapper"] = "CONDITIONAL" if conditional else "UNCONDITIONAL"
        for word in ("KEEP", "OMIT"):
            if parser._match_text_seq(word, "QUOTES"):
                parser._match_text_seq("ON", "SCALAR", "STRING")
                clauses["quotes"] = word
    answers = {
        "json_exists": ("TRUE", "FALSE", "UNKNOWN", "ERROR"),
        "json_query": ("ERROR", "NULL", "EMPTY ARRAY", "EMPTY OBJECT"),
        "json_value": ("ERROR", "NULL", "DEFAULT"),
    }[name]
    while parser._curr and parser._curr.token_type != TokenType.R_PAREN:
        answer = _word(parser, answers)
        default = parser._parse_disjunction() if answer == "DEFAULT" else None
        parser._match_text_seq("ON")
        where = _word(parser, ("ERROR",) if name == "json_exists" else ("EMPTY", "ERROR"))
        if where.lower() in clauses:
            parser.raise_error("a clause stands twice")
        clauses[where.lower()] = answer
        parts[where.lower()] = default
    parts["clauses"] = clauses
    return _placed(parser.expression(JsonCall(**parts)), token)


def _null_treatment(parser, clauses) -> None:
    for word in ("NULL", "ABSENT"):
        if parser._match_text_seq(word, "ON", "NULL"):
            clauses["nulls"] = word


def _json_object(parser):
    token = _name_token(parser)
    keys, values, formats, clauses = [], [], [], {}
    ends = ("RETURNING", "WITH", "WITHOUT", "NULL", "ABSENT")
    closing = parser._curr and (
        parser._curr.token_type == TokenType.R_PAREN or parser._curr.text.upper() in ends[:3]
    )
    while not closing:
        following = parser._next.text if parser._next else ""
        if parser._curr and parser._curr.text.upper() == "KEY" and following not in (":", ","):
            parser._advance()
        keys.append(parser._parse_bitwise())
        if not (parser._match(TokenType.COLON) or parser._match_text_seq("VALUE")):
            parser.raise_error("expected VALUE or a colon")
        values.append(parser._parse_disjunction())
        formats.append(_json_format(parser))
        if not parser._match(TokenType.COMMA):
            break
    _null_treatment(parser, clauses)
    if parser._match(TokenType.WITH):
        _word(parser, ("UNIQUE",))
        parser._match_text_seq("KEYS")
        clauses["unique"] = "WITH"
    elif parser._match_text_seq("WITHOUT"):
        _word(parser, ("UNIQUE",))
        parser._match_text_seq("KEYS")
    parts = {
        "this": "json_object",
        "keys": keys,
        "expressions": values,
        "json": formats,
        "clauses": clauses,
    }
    _returning(parser, parts)
    return _placed(parser.expression(JsonCall(**parts)), token)


def _json_array(parser):
    token = _name_token(parser)
    values, formats, clauses = [], [], {}
    if parser._curr and not (
        parser._curr.token_type == TokenType.R_PAREN or parser._curr.text.upper() == "RETURNING"
    ):
        while True:
            values.append(parser._parse_disjunction())
            formats.append(_json_format(parser))
            if not parser._match(TokenType.COMMA):
                break
    _null_treatment(parser, clauses)
    parts = {"this": "json_array", "expressions": values, "json": formats, "clauses": clauses}
    _returning(parser, parts)
    return _placed(parser.expression(JsonCall(**parts)), token)


def _listagg(parser):
    """LISTAGG([DISTINCT] x [, separator] [ON OVERFLOW ERROR | TRUNCATE ['...'] WITH COUNT])."""
    token = _name_token(parser)
    distinct = parser._match(TokenType.DISTINCT)
    if not distinct:
        parser._match(TokenType.ALL)
    arguments = [parser._parse_disjunction()]
    if parser._match(TokenType.COMMA):  # Trino's grammar wants a text here, no expression
        separator = parser._parse_string()
        if separator is None:
            parser.raise_error("expected a text")
        arguments.append(separator)
    if distinct:
        arguments = [exp.Distinct(expressions=arguments)]
    if parser._match_text_seq("ON", "OVERFLOW"):
        if _word(parser, ("ERROR", "TRUNCATE")) == "ERROR":
            arguments.append(Overflow())
        else:
            filler = parser._parse_string() or exp.Literal.string("...")
            counted = bool(parser._match_text_seq("WITH", "COUNT"))
            if not counted and not parser._match_text_seq("WITHOUT", "COUNT"):
                parser.raise_error("expected WITH COUNT or WITHOUT COUNT")
            arguments.append(Overflow(this=filler, count=counted))
    return _placed(parser.expression(exp.Anonymous(this="listagg", expressions=arguments)), token)


class HiveDialect(Hive):
    """Only its tokens are used: names in backquotes, text in either kind of quotation mark."""

    class Tokenizer(Hive.Tokenizer):
        COMMANDS = set()  # noqa: RUF012
