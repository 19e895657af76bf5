"""Joins and the order of clauses, told by the tokens: the parser's tree forgets what was written.

``a JOIN b`` without ON comes out of the parser as ``a, b``, and ``CROSS JOIN b ON ...`` keeps a
condition that nobody reads. ``LIMIT 1 WHERE x`` is the same tree as ``WHERE x LIMIT 1``. The
services refuse all of them.
Trino's grammar of joins: https://github.com/trinodb/trino/tree/master/core/trino-grammar
https://docs.aws.amazon.com/redshift/latest/dg/r_FROM_clause30.html
"""

_ENDS = frozenset(
    [
        *("WHERE", "GROUP", "GROUP_BY", "HAVING", "QUALIFY", "WINDOW", "ORDER_BY", "LIMIT"),
        *("OFFSET", "FETCH", "UNION", "INTERSECT", "EXCEPT", "SEMICOLON", "COMMA"),
    ]
)
_SIDES = ("LEFT", "RIGHT", "FULL")
#: words behind ON where it belongs to a function of JSON or LISTAGG
_OTHER_ON = ("NULL", "EMPTY", "ERROR", "OVERFLOW", "SCALAR")


class _Level:
    """The joins inside one pair of parentheses."""

    def __init__(self):
        self.open = 0  # joins that wait for their condition
        self.seen = False


def check(tokens, fail) -> None:
    """Raise ``fail(token)`` at the first token that does not fit the joins before it.

    ``fail(None)`` stands for the end of the statement.
    """
    levels = [_Level()]
    for at, token in enumerate(tokens):
        kind = token.token_type.name
        level = levels[-1]
        if kind == "L_PAREN":
            levels.append(_Level())
        elif kind == "R_PAREN":
            if level.open:
                raise fail(token)
            if len(levels) > 1:
                levels.pop()
        elif kind in _ENDS:
            if level.open:
                raise fail(token)
            if kind != "COMMA":
                level.seen = False
        elif kind == "JOIN":
            _join(tokens, at, level, fail)
        elif kind in ("ON", "USING") and level.seen:
            after = tokens[at + 1] if at + 1 < len(tokens) else None
            if kind == "USING" and after is not None and after.token_type.name != "L_PAREN":
                raise fail(after)
            if level.open:
                level.open -= 1
            elif after is None or after.text.upper() not in _OTHER_ON:
                raise fail(token)
    if levels[-1].open:
        raise fail(None)


def _join(tokens, at: int, level: _Level, fail) -> None:
    words = [token.token_type.name for token in tokens[max(0, at - 3) : at]]
    level.seen = True
    if words[-1:] == ["OUTER"]:
        if words[-2:-1] and words[-2] not in _SIDES:
            raise fail(tokens[at - 1])
        words.pop()
    if words[-1:] and words[-1] in (*_SIDES, "INNER"):
        words.pop()
    if words[-1:] and words[-1] in ("CROSS", "NATURAL"):
        return
    level.open += 1


#: Trino's clauses of a query in their order; OFFSET comes before LIMIT
TRINO = {
    "FROM": 1,
    "WHERE": 2,
    "GROUP_BY": 3,
    "HAVING": 4,
    "WINDOW": 5,
    "ORDER_BY": 6,
    "OFFSET": 7,
    "LIMIT": 8,
    "FETCH": 8,
}
#: Redshift's; LIMIT and OFFSET may change places
REDSHIFT = {
    "FROM": 1,
    "WHERE": 2,
    "GROUP_BY": 3,
    "HAVING": 4,
    "QUALIFY": 5,
    "ORDER_BY": 6,
    "LIMIT": 7,
}


def check_order(tokens, fail, order=TRINO) -> None:
    """Raise ``fail(token)`` at the first clause of a SELECT that does not come where it belongs."""
    ranks: list[int | None] = [None]  # of each pair of parentheses: None until SELECT is seen
    for at, token in enumerate(tokens):
        kind = token.token_type.name
        if kind == "L_PAREN":
            ranks.append(None)
        elif kind == "R_PAREN":
            if len(ranks) > 1:
                ranks.pop()
        elif kind == "SEMICOLON":
            ranks[-1] = None
        elif kind == "SELECT":
            ranks[-1] = 0
        elif ranks[-1] is None:
            continue
        elif kind == "JOIN" and ranks[-1] != 1:
            raise fail(token)
        elif kind in order and _is_clause(tokens, at):
            if order[kind] <= ranks[-1]:
                raise fail(token)
            ranks[-1] = order[kind]


def _is_clause(tokens, at: int) -> bool:
    """Tell whether a word begins a clause; some may be names, and FROM follows DISTINCT."""
    kind = tokens[at].token_type.name
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    if kind == "FROM":
        return tokens[at - 1].token_type.name != "DISTINCT"
    if after is None:
        return False
    if kind in ("OFFSET", "LIMIT"):
        named = tokens[at - 1].text in (",", ".") or tokens[at - 1].token_type.name == "ALIAS"
        return not named and after.token_type.name in ("NUMBER", "PLACEHOLDER", "ALL")
    if kind == "WINDOW":
        return at + 2 < len(tokens) and tokens[at + 2].text.upper() == "AS"
    if kind == "FETCH":
        return after.text.upper() in ("FIRST", "NEXT")
    return True
