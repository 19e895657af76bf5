"""What sqlglot's grammar takes and Trino's does not, told by the tokens of a statement.

Trino's grammar: https://github.com/trinodb/trino/tree/master/core/trino-grammar
"""

from sqlglot import exp

from dealab.sql import joins

#: clauses and operators of other languages: (node of the parse tree, its part or "")
FOREIGN = frozenset(
    [
        *((exp.With, part) for part in ("search", "cycle")),
        *((exp.CTE, part) for part in ("materialized", "key_expressions")),
        *((exp.Select, part) for part in ("kind", "prewhere", "settings", "format", "for_")),
        *((kind, "by_name") for kind in (exp.Union, exp.Intersect, exp.Except)),
        *((kind, "order") for kind in (exp.Union, exp.Intersect, exp.Except)),
        *((exp.Limit, part) for part in ("", "expressions", "limit_options")),
        (exp.Fetch, "PERCENT"),
        (exp.Ordered, "with_fill"),
        (exp.Group, "totals"),
        *((exp.Join, part) for part in ("SEMI", "ANTI", "ASOF", "STRAIGHT_JOIN", "directed")),
        *((exp.Table, part) for part in ("hints", "when", "changes", "ordinality", "rows_from")),
        (exp.Lateral, ""),
        (exp.Collate, ""),
        (exp.HavingMax, ""),
        *((exp.Cast, part) for part in ("format", "default")),
        *((kind, "") for kind in (exp.StrToDate, exp.StrToTime, exp.Glob, exp.Overlaps)),
        (exp.Any, ""),
        *((exp.Merge, part) for part in ("returning", "using_cond")),
        *((kind, "where") for kind in (exp.Insert, exp.Update)),
        (exp.TableSample, "seed"),
        (exp.TableSample, "bucket_numerator"),
    ]
)
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
    joins.check(tokens, fail)
    joins.check_order(tokens, fail)
    check_clauses(tokens, fail)
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
            case "L_BRACKET" if typed and typed[-1] and before.text.upper() != "ARRAY":
                raise fail(token)
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
        if typed and typed[-1]:
            check_type(token, before, after, fail)
        if word == "AS" and casts and casts[-1] and kind == "ALIAS":
            typed[-1] = True
        elif typed and typed[-1] and token.text.lower() in FOREIGN_TYPES:
            ends = after is None or after.text in (",", ")", "(", "<")
            if ends and kind != "STRING" and (before is None or before.text != '"'):
                raise unknown_type(token)


def check_type(token, before, after, fail) -> None:
    """Refuse what the parser takes in the type of a CAST: NOT NULL, COMMENT 'text', COLLATE."""
    word = token.text.upper()
    named = before is not None and before.text in ("(", ",")  # a row's field may have the name
    if token.token_type.name == "NOT" or (word == "COLLATE" and not named):
        raise fail(token)
    if word == "COMMENT" and after is not None and after.token_type.name == "STRING":
        raise fail(token)
    if word in ("CHAR", "CHARACTER") and before is not None and before.text.isdigit():
        raise fail(token)


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


def check_clauses(tokens, fail) -> None:
    """Refuse clauses that the parser reads, and leaves out of its tree or reads in another way.

    https://docs.aws.amazon.com/athena/latest/ug/select.html has the clauses that Athena takes.
    """
    words = [
        "" if token.token_type.name in ("STRING", "IDENTIFIER") else token.text.upper()
        for token in tokens
    ]
    words += ["", "", "", ""]
    for at, token in enumerate(tokens):
        kind = token.token_type.name
        before = words[at - 1] if at else ""
        match words[at]:
            case "!" if kind == "NOT":
                raise fail(token)
            case "ISNULL" | "NOTNULL" if before not in _BEFORE_VALUE and before not in ("", "."):
                raise fail(token)
            case "SYMMETRIC" | "ASYMMETRIC" if before == "BETWEEN" and words[at + 1] != "AND":
                raise fail(tokens[at + 1] if at + 1 < len(tokens) else None)
            case "MATERIALIZED" if words[at + 1] == "(" and before in ("AS", "NOT"):
                raise fail(tokens[at - 1] if before == "NOT" else token)
            case "APPLY" if before in ("CROSS", "OUTER"):
                raise fail(token)
            case "OFFSET" if before == "WITH" and at > 1 and words[at - 2] == ")":
                raise fail(token)
            case "ROLLUP" | "CUBE" | "TOTALS" if before == "WITH" and words[at + 1] != "AS":
                raise fail(tokens[at - 1])
            case "EXCLUDE" if before in ("ROW", "PRECEDING", "FOLLOWING"):
                raise fail(token)
            case "VALUES" if before in ("FROM", "JOIN"):
                raise fail(token)
            case "SAMPLE" if before == "USING":
                raise fail(token)
            case "FILL" if before == "WITH" and words[at + 1] != "AS":
                raise fail(tokens[at - 1])
            case "ASC" | "DESC" if words[at + 1] in ("ASC", "DESC"):
                raise fail(tokens[at + 1])
            case "EXTRACT" if words[at + 1] == "(" and words[at + 3] == "FROM":
                if tokens[at + 2].token_type.name == "STRING":
                    raise fail(tokens[at + 2])
            case "LIMIT" if kind == "LIMIT" and words[at + 1] == "(":
                raise fail(tokens[at + 1])
            case "FETCH" if words[at + 1] in ("FIRST", "NEXT"):
                _check_fetch(tokens, words, at + 2, fail)
            case "TABLESAMPLE" if kind == "TABLE_SAMPLE":
                _check_sample(tokens, words, at + 1, fail)


def _check_fetch(tokens, words, at: int, fail) -> None:
    """FETCH { FIRST | NEXT } [ n ] { ROW | ROWS } { ONLY | WITH TIES }."""

    def missing():
        return fail(tokens[at] if at < len(tokens) else None)

    if words[at].isdigit() or words[at] == "?":
        at += 1
    if words[at] not in ("ROW", "ROWS"):
        raise missing()
    at += 1
    if words[at] != "ONLY" and words[at : at + 2] != ["WITH", "TIES"]:
        raise missing()


def _check_sample(tokens, words, at: int, fail) -> None:
    """TABLESAMPLE { BERNOULLI | SYSTEM } ( percentage ), and nothing behind it."""
    for wanted in (("BERNOULLI", "SYSTEM"), ("(",)):
        if words[at] not in wanted:
            raise fail(tokens[at] if at < len(tokens) else None)
        at += 1
    depth = 1
    while at < len(tokens):
        depth += (words[at] == "(") - (words[at] == ")")
        if depth == 0:
            break
        at += 1
    if words[at - 1] in ("PERCENT", "ROWS") and words[at - 2] != "(":
        raise fail(tokens[at - 1])
    repeated = words[at + 1] in ("REPEATABLE", "SEED") and words[at + 2] == "("
    if repeated or words[at + 1] == "TABLESAMPLE":
        raise fail(tokens[at + 1])
