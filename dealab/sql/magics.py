"""``%%athena`` and ``%%redshift``: SQL in a notebook cell.

    %%athena [>> NAME] [--database DB] [--region REGION] [--params a,b] [--show-duckdb]

``>> NAME`` stores the result as a DataFrame. ``--params`` gives Python variables to the ``?`` marks
of the statement, in order: the values travel as typed values and are never pasted into the text.
``--show-duckdb`` prints the DuckDB statements behind the cell.
"""

import argparse
import shlex

_SERVICES = ("athena", "redshift")

#: NAME -> (text of the last cell run with >> NAME, its service)
_remembered: dict[str, tuple[str, str]] = {}
_engines: dict[tuple, object] = {}


def query_text(name: str) -> str | None:
    """Return the SQL of the last cell run with ``>> name``, also when it failed; else None."""
    return _remembered.get(name, (None, None))[0]


def query_engine(name: str) -> str | None:
    """Return ``athena`` or ``redshift`` for the last cell run with ``>> name``, else None."""
    return _remembered.get(name, (None, None))[1]


def forget() -> None:
    """Forget every remembered query, as a new kernel would."""
    _remembered.clear()


class _Usage(Exception):
    """A wrong option on the magic's line, shown without a traceback."""

    def _render_traceback_(self):
        return str(self).splitlines()


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        raise _Usage(f"{self.prog}: {message}\n{self.format_usage().strip()}")


def _parser(service: str) -> _Parser:
    parser = _Parser(prog=f"%%{service}", add_help=False)
    parser.add_argument("--database", default="fernway")
    parser.add_argument("--region", default="us-east-1")
    parser.add_argument("--params", default="")
    parser.add_argument("--show-duckdb", action="store_true")
    return parser


def _options(service: str, line: str, cell: str | None):
    """Return (options, name to store under, SQL)."""
    words = line.split(None) if cell is None else shlex.split(line)
    name = None
    if ">>" in words:
        at = words.index(">>")
        if at + 1 >= len(words) or not words[at + 1].isidentifier():
            raise _Usage(
                f"%%{service}: >> needs a variable name, as in %%{service} >> orders_by_day"
            )
        name = words[at + 1]
        del words[at : at + 2]
    if cell is None:  # %athena SELECT ...: options first, then the statement
        options, rest = _parser(service).parse_known_args(words)
        return options, name, " ".join(rest) if rest != words else line
    options = _parser(service).parse_args(words)
    return options, name, cell


def _engine(service: str, database: str, region: str):
    from dealab import paths

    key = (service, database, region, str(paths.datasets()))
    if key not in _engines:
        import dealab.sql

        made = {"athena": dealab.sql.Athena, "redshift": dealab.sql.Redshift}[service]
        _engines[key] = made(database=database, region=region)
    return _engines[key]


def _only_comments(sql: str, nested: bool) -> bool:
    """Tell whether a cell holds nothing but blanks and SQL comments (Redshift's may be nested)."""
    at, depth = 0, 0
    while at < len(sql):
        pair = sql[at : at + 2]
        if depth and pair == "*/":
            depth, at = depth - 1, at + 2
        elif pair == "/*" and (nested or not depth):
            depth, at = depth + 1, at + 2
        elif depth:
            at += 1
        elif pair == "--":
            end = sql.find("\n", at)
            at = len(sql) if end < 0 else end
        elif sql[at].isspace() or sql[at] == ";":
            at += 1
        else:
            return False
    return True


def _run(shell, service: str, line: str, cell: str | None):
    from IPython.display import display

    options, name, sql = _options(service, line, cell)
    if name is not None:
        _remembered.pop(name, None)
    if _only_comments(sql, nested=service == "redshift"):
        print("Nothing to run yet: this cell holds only comments. Write your SQL below them.")
        return
    if name is not None:
        _remembered[name] = (sql, service)
    values = []
    for word in filter(None, (part.strip() for part in options.params.split(","))):
        if word not in shell.user_ns:
            raise _Usage(f"%%{service}: --params names {word}, and there is no such variable yet")
        values.append(shell.user_ns[word])
    engine = _engine(service, options.database, options.region)
    if options.show_duckdb:
        print(";\n".join(engine.translate(sql, values)))
    result = engine.run(sql, values)
    if name is not None:
        shell.user_ns[name] = result.df()
        result.stored_as = name
    display(result)


def register(shell) -> None:
    """Register the magics (as line and as cell magics) in an IPython shell."""
    for service in _SERVICES:

        def magic(line, cell=None, service=service):
            return _run(shell, service, line, cell)

        magic.__doc__ = __doc__
        shell.register_magic_function(magic, magic_kind="line_cell", magic_name=service)
