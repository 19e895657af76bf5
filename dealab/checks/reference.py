"""Run the model solution, whose text the build wrote into the hidden tests."""

import copy

from dealab.checks.answers import quiet


def value_of(solution: str, name: str):
    """Run ``solution`` in a namespace of its own and return what it calls ``name``.

    The solution sees nothing of the learner's: it imports what it uses. Raises KeyError where it
    makes no such name, which is a mistake of the exercise.
    """
    namespace: dict = {"__name__": "solution"}
    with quiet():
        exec(compile(solution, "<reference>", "exec"), namespace)
    return namespace[name]


def call(function, args: tuple, kwargs: dict | None = None):
    """Call ``function`` on copies, so that one answer's changes never reach another's input."""
    with quiet():
        return function(*copy.deepcopy(args), **copy.deepcopy(kwargs or {}))
