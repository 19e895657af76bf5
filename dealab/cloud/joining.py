"""How a joint puts its own functions in the place of moto's."""

from functools import wraps

from dealab.models.refusals import Refused


def replacing(owner, error):
    """Return a decorator that makes a function the method of ``owner`` with its name.

    What a model refuses (``Refused``) is raised as moto's ``error(code, message)``.
    """

    def replace(function):
        @wraps(function)
        def answer(*args, **kwargs):
            try:
                return function(*args, **kwargs)
            except Refused as refused:
                raise error(refused.code, str(refused)) from refused

        setattr(owner, function.__name__, answer)
        return answer

    return replace
