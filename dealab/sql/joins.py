"""JOIN and its condition, told by the tokens: the parser's tree forgets what was written.

``a JOIN b`` without ON comes out of the parser as ``a, b``, and ``CROSS JOIN b ON ...`` keeps a
condition that nobody reads. Both services refuse both.
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
