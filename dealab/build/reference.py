"""docs/reference/*.md: what runs and what is refused, listed from the SQL room's own tables."""

from importlib import import_module

SERVICES = ("athena", "redshift")


def build(service: str) -> str:
    """Return the page of one service."""
    from dealab.sql.signatures import functions

    found = functions(service)
    binder = _binder(service)
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
        *_statements(service),
        "",
        "## Statements that are refused by name",
        "",
        "| Statement | What the service does |",
        "| --- | --- |",
        *(f"| {word} | {does} |" for word, (does, _) in sorted(found.statements.items())),
    ]
    for title, names in run.items():
        shown = sorted(one for one in names if not one.startswith("lab "))
        lines += ["", f"## {title} ({len(shown)})", "", _listed(shown)]
    lines += ["", f"## Functions that are refused by name ({len(found.refused)})", ""]
    reasons: dict[str, list[str]] = {}
    for one, (does, _) in found.refused.items():
        reasons.setdefault(does, []).append(one)
    for does, names in reasons.items():
        lines += [f"- {_listed(sorted(names))}: {does}"]
    lines += _system_views(service)
    return "\n".join(lines) + "\n"


def _binder(service: str):
    module = import_module(f"dealab.sql.{service}.rules")
    return getattr(module, f"{service.capitalize()}Binder")


def _statements(service: str) -> list[str]:
    module = import_module(f"dealab.sql.{service}.statements")
    forms = {*module.FORMS, *(word for word in module.QUERIES if word.isalpha())}
    verbs: dict[str, list[str]] = {}
    for form in sorted(forms):
        verbs.setdefault(form.split()[0], []).append(form)
    return [f"- {', '.join(f'`{form}`' for form in listed)}" for listed in verbs.values()]


def _listed(names) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _system_views(service: str) -> list[str]:
    if service != "redshift":
        return []
    from dealab.sql.redshift.system import registry

    names = sorted(registry.names())
    return ["", f"## System tables and views ({len(names)})", "", _listed(names)]
