"""``%%athena`` and ``%%redshift``: SQL in a notebook cell.

    %%athena [>> NAME] [--database DB] [--region REGION] [--workgroup NAME] [--params a,b]
             [--as-role ROLE] [--reuse MINUTES] [--estimate] [--show-duckdb]
    %%redshift [>> NAME] [--as-user USER] [--namespace NAME] and the same, without --workgroup
    and --reuse

A cell may hold several statements, separated by semicolons: each is run and shown in turn, and the
first error ends the cell. ``>> NAME`` stores the last result that has rows as a DataFrame.
``--params`` gives Python variables to the ``?`` marks of the statement, in order: the values travel
as typed values and are never pasted into the text. ``--estimate`` tells what the query would read
and cost, and does not run it. ``--as-user`` runs the cell as another user of the namespace,
``--as-role`` as a role that sees what Lake Formation grants it (with a local AWS running).
``--reuse`` takes the stored result of the same query when it is not older than so many minutes.
``--show-duckdb`` prints the DuckDB statements behind the cell.

``%lake`` lists what this notebook has written; ``%lake reset`` forgets all of it.
"""

import argparse
import contextlib
import re
import shlex

_SERVICES = ("athena", "redshift")
_RESULT = re.compile(r"[^/]*athena-results/[0-9a-f-]{36}(?:\.csv|\.txt|-manifest\.csv)")

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
    parser.add_argument("--estimate", action="store_true")
    parser.add_argument("--show-duckdb", action="store_true")
    if service == "athena":
        parser.add_argument("--workgroup", default="primary")
        parser.add_argument("--as-role", dest="principal", default=None, metavar="ROLE")
        parser.add_argument("--reuse", type=int, default=0, metavar="MINUTES")
    else:
        parser.add_argument("--as-user", dest="user", default="awsuser")
        parser.add_argument("--namespace", default="lab")
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


#: what a client of each service is made with, beside its Region
_SESSION = {"athena": ("database", "workgroup"), "redshift": ("database", "user", "namespace")}


def _engine(service: str, options):
    """Return this notebook's client for these options; it is made once for each lake."""
    import dealab.sql
    from dealab.sql import lake

    shared = lake.current()
    given = {name: getattr(options, name) for name in _SESSION[service]}
    key = (service, options.region, *given.values())
    known = _engines.get(key)
    if known is None or known.lake is not shared:
        made = getattr(dealab.sql, service.capitalize())
        _engines[key] = made(region=options.region, lake=shared, **given)
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
    engine = _engine(service, options)
    if service == "athena":
        engine.principal = options.principal
    if options.estimate:
        display(engine.estimate(sql, values))
        return
    last = None
    with _progress(engine):
        reuse = {"reuse_minutes": options.reuse} if service == "athena" else {}
        for result in engine.script(sql, values, **reuse):
            if options.show_duckdb and result.duckdb:
                print(";\n".join(result.duckdb))
            if name is not None and result.columns:
                shell.user_ns[name] = result.df()
                result.stored_as = name
                if last is not None:
                    last.stored_as = None
                last = result
            display(result)


@contextlib.contextmanager
def _progress(engine):
    """Show how far a long statement is, in one line that goes away at its end."""
    from IPython.display import display

    shown = []

    def tell(percent: float, seconds: float) -> None:
        share = f", {percent:.0f}% done" if percent > 0 else ""
        line = {"text/plain": f"Running for {seconds:.0f} s{share}. Interrupt the kernel to stop."}
        if shown:
            shown[0].update(line, raw=True)
        else:
            shown.append(display(line, raw=True, display_id=True))

    engine.on_progress = tell
    try:
        yield
    finally:
        engine.on_progress = None
        if shown and shown[0] is not None:
            shown[0].update({"text/plain": ""}, raw=True)


def _lake(line: str) -> None:
    from dealab.sql import lake

    word = line.strip()
    if word == "reset":
        lake.renew()
        print("A fresh lake: tables and files that this notebook made are gone.")
        return
    if word:
        raise _Usage("%lake: no argument, or reset")
    written = lake.current().written()
    results = [(key, size) for key, size in written if _RESULT.fullmatch(key)]
    for key, size in written:
        if not _RESULT.fullmatch(key):
            print(f"s3://{key}  {size:,} bytes")
    if results:
        total = sum(size for _, size in results)
        bucket = results[0][0].partition("/")[0]
        print(f"s3://{bucket}/  {len(results):,} query results, {total:,} bytes")
    if not written:
        print("Nothing has been written yet.")


def register(shell) -> None:
    """Register the magics (as line and as cell magics) in an IPython shell."""
    for service in _SERVICES:

        def magic(line, cell=None, service=service):
            return _run(shell, service, line, cell)

        magic.__doc__ = __doc__
        shell.register_magic_function(magic, magic_kind="line_cell", magic_name=service)
    shell.register_magic_function(_lake, magic_kind="line", magic_name="lake")
