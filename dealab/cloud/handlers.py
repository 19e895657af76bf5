"""Lambda: moto's functions run as real Python handlers (``dealab.engines.runtime``).

moto needs Docker for that and only echoes without it (moto issue 9916).
"""

from dealab.cloud import serving
from dealab.cloud.labtime import LabTime
from dealab.engines import lambdas, runtime
from dealab.engines.runtime import Invocation, Throttled

__all__ = ["Invocation", "Runtime", "Throttled", "in_handler", "resolve"]


def in_handler() -> bool:
    """Say whether this thread is running a function's handler."""
    return lambdas.depth() > 0


class Runtime(runtime.Runtime):
    """Runs the functions that moto keeps for a lab."""

    def __init__(self, random, lab):
        super().__init__(random, lab.clock, lambda: LabTime(lab.clock))
        self._lab = lab

    def layers_of(self, function) -> list[bytes]:
        find = _backend(function).layers_versions_by_arn
        return [find(one["Arn"]).code_bytes for one in function.layers]

    def reserved(self, function) -> dict[str, int]:
        return _reserved(function)

    def version_of(self, function, qualifier: str) -> str:
        return str(_backend(function).get_function(function.function_name, qualifier).version)

    def lend(self, function, environment) -> dict[str, str]:
        return self._lab.permissions.lend(function, environment)

    def log(self, function, stream: str, text: str) -> None:
        where = function.account_id, function.region, function.logs_group_name, stream
        serving.write_log(*where, text.splitlines())

    def deliver(self, target: str, document, **more) -> None:
        from dealab.cloud.delivery import deliver

        deliver(target, document, **more)


def _backend(function):
    from moto.awslambda.utils import get_backend

    return get_backend(function.account_id, function.region)


def _reserved(function) -> dict[str, int]:
    return {
        one.function_name: int(one.reserved_concurrency)
        for one in _backend(function).list_functions()
        if one.reserved_concurrency is not None
    }


def resolve(name: str, qualifier: str | None = None, backend=None):
    """Return the function for a name or ARN, with a version picked by the weights of an alias.

    Raises moto's error for an unknown one.
    """
    if backend is None:
        from moto.awslambda.utils import get_backend

        backend = get_backend(name.split(":")[4], name.split(":")[3])
    function = backend.get_function(name, qualifier)
    asked = qualifier or (name.split(":")[-1] if name.count(":") in (1, 7) else None)
    alias = backend._lambdas._get_function_aliases(function.function_name).get(asked)
    weights = ((alias.routing_config if alias else None) or {}).get("AdditionalVersionWeights")
    if weights:
        from dealab.cloud.lab import current

        chance = current().runtime._random.random()
        for version, weight in weights.items():
            if chance < weight:
                return backend.get_function(function.function_name, version)
            chance -= weight
    return function
