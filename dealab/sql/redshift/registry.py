"""What Redshift's special functions share: the registry and arguments."""

from dealab.sql.scope import Value

SPECIAL = {}


def special(*names):
    def register(handler):
        for name in names:
            SPECIAL[name] = handler
        return handler

    return register


def arguments(binder, node, scope, least: int, most: int | None = None) -> list[Value]:
    values = [binder.bind(argument, scope) for argument in node.expressions]
    if not least <= len(values) <= (most or least):
        raise binder.no_overload(node.name.lower(), node, values, node.expressions, [])
    return values


def refuse(binder, node, values):
    return binder.no_overload(node.name.lower(), node, values, node.expressions, [])
