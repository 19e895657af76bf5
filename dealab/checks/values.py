"""Answers that are one value: a number, a text, a list of ids."""

from dealab.checks import answers
from dealab.checks.outcome import Wrong
from dealab.checks.plain import RELATIVE, difference, plain, shown
from dealab.checks.reference import value_of


class Value:
    """The learner's variable ``name`` as a plain built-in value."""

    def __init__(self, name: str):
        self.name = name
        self.value = plain(answers.find(name))

    passed = staticmethod(answers.passed)

    def equals(self, expected, tolerance: float = RELATIVE) -> None:
        """Wrong unless the value is ``expected``, numbers within the relative ``tolerance``."""
        self._compare(plain(expected), tolerance)

    def same_as(self, solution: str, tolerance: float = RELATIVE) -> None:
        """Wrong unless the value is what the ``solution``'s code gives this name."""
        self._compare(plain(value_of(solution, self.name)), tolerance)

    def _compare(self, expected, tolerance) -> None:
        found = difference(expected, self.value, tolerance)
        if found:
            raise Wrong(f"{self.name}{found.path} is {shown(found.actual)}: {found.how}.")


def value(name: str) -> Value:
    """Return the learner's value. Raises NotAttempted where there is none."""
    return Value(name)
