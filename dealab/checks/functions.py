"""Answers that are functions: called on copies of the inputs, judged by what they return."""

from dealab.checks import answers, reference
from dealab.checks.outcome import NotAttempted, Wrong
from dealab.checks.plain import RELATIVE, difference, plain, shown
from dealab.checks.tables import Rows, compare


class Function:
    """The learner's function ``name``."""

    def __init__(self, name: str, function):
        self.name = name
        self._function = function

    passed = staticmethod(answers.passed)

    def call(self, *args, **kwargs):
        """Return what the function gives for copies of these arguments, as it comes.

        Raises NotAttempted while it is still the starter, Wrong when it raises anything else.
        """
        try:
            return reference.call(self._function, args, kwargs)
        except NotImplementedError:
            raise NotAttempted(f"{self.name}() still has its starting line in it.") from None
        except Exception as problem:
            raise answers.failed(self._said(args, kwargs), problem) from None

    def returns(self, expected, *args, tolerance: float = RELATIVE, **kwargs) -> None:
        """Wrong unless the function returns ``expected``, which the message then shows."""
        given = self.call(*args, **kwargs)
        self._compare(expected, given, args, kwargs, tolerance, reveal=True)

    def agrees_with(
        self, solution: str, cases: list[tuple], tolerance: float = RELATIVE, ordered: bool = False
    ) -> None:
        """Wrong unless the function returns what the ``solution`` returns for each of ``cases``
        (tuples of arguments); the message shows the input, not the expected value.
        """
        right = reference.value_of(solution, self.name)
        for args in cases:
            expected = reference.call(right, args)
            given = self.call(*args)
            self._compare(expected, given, args, {}, tolerance, reveal=False, ordered=ordered)

    def raises(self, kind: type[Exception], *args, message: str = "", **kwargs) -> None:
        """Wrong unless the function raises ``kind`` for these arguments; a part of the
        ``message`` can be asked for.
        """
        said = self._said(args, kwargs)
        try:
            given = reference.call(self._function, args, kwargs)
        except NotImplementedError:
            raise NotAttempted(f"{self.name}() still has its starting line in it.") from None
        except kind as problem:
            if message.lower() in str(problem).lower():
                return
            raise Wrong(f"{said} raises {kind.__name__} without the word '{message}'.") from None
        except Exception as problem:
            raise answers.failed(said, problem) from None
        raise Wrong(f"{said} should raise {kind.__name__}; it returned {shown(plain(given))}.")

    def leaves_alone(self, *args) -> None:
        """Wrong if the function changes its arguments."""
        import copy

        before = plain(copy.deepcopy(args))
        with answers.quiet():
            self._function(*args)
        if difference(before, plain(args)):
            raise Wrong(f"{self.name}() changes its input; work on a copy.")

    def _compare(self, expected, given, args, kwargs, tolerance, reveal, ordered=False) -> None:
        said = self._said(args, kwargs)
        if _is_frame(expected):
            if not _is_frame(given):
                raise Wrong(f"{said} returned {shown(plain(given))}; a DataFrame is wanted.")
            compare(Rows.of_frame(expected), Rows.of_frame(given), ordered, tolerance, said)
            return
        found = difference(plain(expected), plain(given), tolerance)
        if found is None:
            return
        place = f", at {found.path.lstrip('.')}" if found.path else ""
        ending = f"; {shown(found.expected)} is wanted" if reveal else f": {found.how}"
        raise Wrong(f"{said} returned{place} {shown(found.actual)}{ending}.")

    def _said(self, args, kwargs) -> str:
        inputs = [_brief(item) for item in args]
        inputs += [f"{key}={_brief(item)}" for key, item in kwargs.items()]
        return f"{self.name}({', '.join(inputs)})"


def function(name: str) -> Function:
    """Return the learner's function. Raises NotAttempted where there is none."""
    found = answers.find(name)
    if not callable(found):
        raise Wrong(f"'{name}' is {type(found).__name__}; a function is wanted.")
    return Function(name, found)


def _is_frame(value) -> bool:
    return type(value).__name__ == "DataFrame"


def _brief(value) -> str:
    if _is_frame(value):
        return f"a table of {len(value)} rows"
    made = plain(value)
    return shown(made) if not (isinstance(made, str) and made.endswith(" object")) else made
