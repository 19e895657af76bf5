"""What sqlglot's grammar takes and Trino's does not, told by the tokens of a statement.

Trino's grammar: https://github.com/trinodb/trino/tree/master/core/trino-grammar
"""

#: names of types in other languages; Athena's DDL knows some, its queries do not
FOREIGN_TYPES = frozenset(
    [
        *("string", "text", "float", "number", "datetime", "int2", "int4", "int8", "float4"),
        *("float8", "blob", "bytea", "binary", "struct", "bool", "signed", "unsigned", "long"),
        *("nvarchar", "nchar", "timestamptz", "timestamp_ntz", "timestamp_ltz", "serial", "byte"),
    ]
)
#: fields of an interval; Trino knows no plurals and no week
FIELDS = ("YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND")
_NO_TEST = ("TRUE", "FALSE", "UNKNOWN")  # x IS TRUE: Trino tests for NULL and DISTINCT only
_BEFORE_VALUE = frozenset(
    [
        *(
            "SELECT",
            "AND",
            "OR",
            "NOT",
            "IN",
            "WHEN",
            "THEN",
            "ELSE",
            "WHERE",
            "BY",
            "ON",
            "VALUES",
        ),
        *("DISTINCT", "BETWEEN", "LIKE", "(", ",", "+", "-", "*", "/", "=", "<", ">", "||", "->"),
    ]
)


def check(tokens, fail, unknown_type) -> None:
    """Raise the service's error at the first token that Trino cannot read.

    ``fail(token)`` and ``unknown_type(token)`` build the errors.
    """
    casts: list[bool] = []  # for each open parenthesis: is it a CAST's?
    typed: list[bool] = []  # and has its AS been passed?
    for at, token in enumerate(tokens):
        kind, word = token.token_type.name, token.text.upper()
        before = tokens[at - 1] if at else None
        after = tokens[at + 1] if at + 1 < len(tokens) else None
        match kind:
            case "L_PAREN":
                called = before is not None and before.text.upper() in ("CAST", "TRY_CAST")
                inside = bool(typed) and typed[-1]  # array(...) within the type
                casts.append(called or inside)
                typed.append(inside)
                continue
            case "R_PAREN":
                if casts:
                    casts.pop()
                    typed.pop()
                continue
            case "L_BRACE":
                raise fail(token)
            case "L_BRACKET":
                if before is None or (
                    before.text.upper() in _BEFORE_VALUE
                    and before.token_type.name not in ("STRING", "IDENTIFIER")
                ):
                    raise fail(token)
            case "STRING":
                if after is not None and after.token_type.name == "STRING":
                    raise fail(after)
            case "NULLSAFE_EQ" | "COLON_EQ":
                if token.text in ("<=>", ":="):
                    raise fail(token)
            case "IS":
                place = at + 2 if after is not None and after.text.upper() == "NOT" else at + 1
                if place < len(tokens) and tokens[place].text.upper() in _NO_TEST:
                    raise fail(tokens[place])
            case "INTERVAL" if after is not None:
                check_interval(tokens, at, fail)
            case "LIMIT":
                behind = tokens[at + 2] if at + 2 < len(tokens) else None
                if behind is not None and behind.text == "," and after.text.isdigit():
                    raise fail(behind)
        if word == "AS" and casts and casts[-1] and kind == "ALIAS":
            typed[-1] = True
        elif typed and typed[-1] and token.text.lower() in FOREIGN_TYPES:
            ends = after is None or after.text in (",", ")", "(", "<")
            if ends and kind != "STRING" and (before is None or before.text != '"'):
                raise unknown_type(token)


def check_interval(tokens, at: int, fail) -> None:
    """INTERVAL [+ | -] 'text' field [TO field]."""
    place = at + 1
    if tokens[place].text in ("+", "-"):
        place += 1
    if place >= len(tokens) or tokens[place].token_type.name == "NUMBER":
        raise fail(tokens[min(place, len(tokens) - 1)])
    if tokens[place].token_type.name != "STRING":
        return  # a name: the type of a cast, or a column
    field = tokens[place + 1] if place + 1 < len(tokens) else None
    if field is None:
        raise fail(None)
    if field.text.upper() not in FIELDS:
        raise fail(field)
