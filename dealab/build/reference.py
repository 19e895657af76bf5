"""docs/reference/*.md: what runs and what is refused, listed from the SQL room's own tables.

What no table of the SQL room holds stands below: functions with a grammar of their own, and the few
that are dispatched only to be refused. ``tests/sql/test_sql_docs.py`` tries each of them.
"""

from importlib import import_module

SERVICES = ("athena", "redshift")

#: functions whose arguments are no plain list: name -> a call that runs
GRAMMAR = {
    "athena": {
        "cast": "CAST('1' AS integer)",
        "try_cast": "TRY_CAST('x' AS integer)",
        "if": "if(1 = 1, 'yes', 'no')",
        "extract": "extract(year FROM DATE '2026-05-01')",
        "position": "position('b' IN 'abc')",
        "trim": "trim(LEADING 'x' FROM 'xa')",
        "current_date": "current_date",
        "current_user": "current_user",
        "current_catalog": "current_catalog",
        "json_array": "json_array(1, 'a')",
        "json_object": "json_object('a' : 1)",
        "json_exists": "json_exists('{\"a\": 1}', 'lax $.a')",
        "json_query": "json_query('{\"a\": [1]}', 'lax $.a')",
        "json_value": "json_value('{\"a\": 1}', 'lax $.a')",
    },
    "redshift": {
        "cast": "CAST('1' AS integer)",
        "::": "'1'::integer",
        "try_cast": "TRY_CAST('x' AS integer)",
        "extract": "extract(year FROM DATE '2026-05-01')",
        "position": "position('b' IN 'abc')",
        "trim": "trim(LEADING 'x' FROM 'xa')",
        "current_date": "current_date",
        "sysdate": "sysdate",
        "current_user": "current_user",
        "session_user": "session_user",
        "user": "user",
        "object_transform": "object_transform(json_parse('{\"a\": 1}') KEEP '\"a\"')",
    },
}

#: functions that have a row of their own only to be refused
LIMITED_FUNCTIONS = {
    "athena": {
        "current_time": "it answers a time with time zone.",
        "json_table": "it turns a JSON document into rows and columns.",
    },
    "redshift": {},
}

#: leading words of statements that are read only to be refused -> what the service does
LIMITED_STATEMENTS = {
    "athena": {
        "ALTER VIEW": "Athena changes the text that a view holds for one engine.",
        "CREATE OR REPLACE PROTECTED": "Athena makes a view that other engines read too.",
        "CREATE PROTECTED": "Athena makes a view that other engines read too.",
        "SHOW FUNCTIONS": "Athena lists its functions with their signatures.",
        "USING": "Athena calls a Lambda function or a SageMaker endpoint.",
    },
    "redshift": {
        "ALTER EXTERNAL VIEW": "Redshift keeps the view in the Glue Data Catalog.",
        "CREATE EXTERNAL FUNCTION": "Redshift calls a Lambda function with batches of rows.",
        "CREATE EXTERNAL PROTECTED": "Redshift keeps the view in the Glue Data Catalog.",
        "CREATE EXTERNAL VIEW": "Redshift keeps the view in the Glue Data Catalog.",
        "CREATE OR REPLACE EXTERNAL": "Redshift calls a Lambda function with batches of rows.",
        "DROP EXTERNAL VIEW": "Redshift keeps the view in the Glue Data Catalog.",
    },
}

#: module:function of statements that the service itself does not have
REFUSED_STATEMENTS = ("other:refused", "unsupported:refuse", "unsupported:replace_view")


def build(service: str) -> str:
    """Return the page of one service."""
    from dealab.sql.signatures import functions

    found = functions(service)
    binder = _binder(service)
    limited = {one: does for one, (does, _) in found.refused.items()}
    limited |= LIMITED_FUNCTIONS[service]
    run = {
        "Scalar functions": {*binder.FUNCTIONS, *binder.SPECIAL} - {*binder.AGGREGATES},
        "Aggregate functions": {*binder.AGGREGATES},
        "Window functions": {*binder.WINDOWS},
    }
    name = service.capitalize()
    lines = [
        f"# {name}: every statement and function",
        "",
        "Written by `dealab build` from the tables that the lab itself runs on; never edited.",
        f"How it behaves and where it is a model: [{service}.md](../{service}.md).",
        "",
        "## Statements that run",
        "",
        *_by_verb(running(service)),
        "",
        "## Statements that are limits of the lab",
        "",
        "| Statement | What the service does |",
        "| --- | --- |",
        *(f"| `{word}` | {does} |" for word, does in sorted(limits(service).items())),
        "",
        f"## Statements that {name} itself does not have",
        "",
        "They are refused in the service's words.",
        "",
        f"- {_listed(refused(service))}",
        *(["- any other `ALTER`, `CREATE`, `DROP`, `SHOW`"] if service == "athena" else []),
    ]
    for title, names in run.items():
        shown = sorted(one for one in names - {*limited} if not one.startswith("lab "))
        lines += ["", f"## {title} ({len(shown)})", "", _listed(shown)]
    lines += ["", "## Functions with a grammar of their own", "", "| Function | A call |"]
    lines += ["| --- | --- |"]
    lines += [f"| `{one}` | `{call}` |" for one, call in sorted(GRAMMAR[service].items())]
    lines += ["", f"## Functions that are limits of the lab ({len(limited)})", ""]
    reasons: dict[str, list[str]] = {}
    for one, does in limited.items():
        reasons.setdefault(does, []).append(one)
    for does, names in reasons.items():
        lines += [f"- {_listed(sorted(names))}: {does}"]
    lines += [
        f"- any other name that begins with `{start}`: {does}" for start, does in _families(service)
    ]
    lines += _system_views(service)
    return "\n".join(lines) + "\n"


def running(service: str) -> list[str]:
    """Return the leading words of every statement that runs."""
    forms = _forms(service)
    found = {form for form, where in forms.items() if where not in REFUSED_STATEMENTS}
    found |= {word for word in _statements(service).QUERIES if word.isalpha()}
    if service == "athena":  # SHOW is one statement there, with a word behind it
        shows = import_module("dealab.sql.athena.statements.show").FORMS
        found = found - {"SHOW"} | {f"SHOW {word}" for word in shows}
    return sorted(found - {*LIMITED_STATEMENTS[service]})


def limits(service: str) -> dict[str, str]:
    """Return the statements that the service has and the lab does not: words -> what it does."""
    from dealab.sql.signatures import functions

    forms = _forms(service)
    told = functions(service).statements.items()
    named = {word: does for word, (does, _) in told if word not in forms}
    return named | LIMITED_STATEMENTS[service]


def refused(service: str) -> list[str]:
    """Return the leading words of statements that the service itself refuses."""
    found = (one for one, where in _forms(service).items() if where in REFUSED_STATEMENTS)
    return sorted(one for one in found if one not in ("ALTER", "CREATE", "DROP"))


def _binder(service: str):
    module = import_module(f"dealab.sql.{service}.rules")
    return getattr(module, f"{service.capitalize()}Binder")


def _statements(service: str):
    return import_module(f"dealab.sql.{service}.statements")


def _forms(service: str) -> dict[str, str]:
    """Return leading words -> module:function."""
    forms = _statements(service).FORMS
    return {one: where if isinstance(where, str) else where[1] for one, where in forms.items()}


def _by_verb(forms: list[str]) -> list[str]:
    verbs: dict[str, list[str]] = {}
    for form in forms:
        verbs.setdefault(form.split()[0], []).append(form)
    return [f"- {_listed(listed)}" for listed in verbs.values()]


def _listed(names) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _families(service: str) -> list[tuple[str, str]]:
    """Return beginnings of names that are a limit, and what such functions do."""
    found = getattr(import_module(f"dealab.sql.{service}.messages"), "_FAMILIES", {})
    return [(start, f"it works on {what}.") for start, what in found.items()]


def _system_views(service: str) -> list[str]:
    if service != "redshift":
        return []
    from dealab.sql.redshift.system import registry

    names = sorted(registry.names())
    return ["", f"## System tables and views ({len(names)})", "", _listed(names)]
