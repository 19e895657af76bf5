"""What DuckDB lacks, as SQL macros: exact decimals, strict casts, checked subscripts.

They are in ``tables/*.sql``; every name starts with ``lab_``, and a connection gets the ones that a
statement uses. An error of the service is raised by ``lab_fail('CODE|message')``: a cast that
cannot succeed, because DuckDB's own ``error()`` counts as volatile, which TRY refuses and GROUP BY
cannot match. ``engine.py`` reads code and message out of DuckDB's complaint.
"""

import re
from functools import cache
from importlib import resources

_NAME = re.compile(r"\blab_\w+")


def resource(name: str) -> str:
    """Return the text of a file in ``tables/``."""
    return resources.files("dealab.sql").joinpath("tables", name).read_text(encoding="utf-8")


@cache
def _macros(service: str) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return each macro's statement and the macros that it uses, by name."""
    script = resource("shared.sql") + resource(f"{service}.sql")
    found = {}
    for statement in re.findall(r"CREATE MACRO .*?;\n", script, re.DOTALL):
        name, *used = _NAME.findall(statement)
        found[name] = (statement, tuple(dict.fromkeys(u for u in used if u != name)))
    return found


def needed(sql: str, service: str) -> list[tuple[str, str]]:
    """Return (name, CREATE MACRO statement) for what ``sql`` uses, in the order to create them."""
    macros, ordered = _macros(service), {}

    def visit(name):
        if name in ordered or name not in macros:
            return
        statement, used = macros[name]
        for other in used:
            visit(other)
        ordered[name] = statement

    for name in _NAME.findall(sql):
        visit(name)
    return list(ordered.items())
