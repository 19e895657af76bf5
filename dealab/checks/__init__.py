"""Compare a learner's answer with what is wanted, and say the first difference in plain words.

Used in the test cells of assignments::

    from dealab import checks

    answer = checks.query("orders_by_channel")     # also: table, function, document, value
    answer.columns("channel", "orders")
    answer.passed()
    ### BEGIN HIDDEN TESTS
    answer.same_as(SOLUTION, data=variant(seed=7))
    ### END HIDDEN TESTS

An answer is taken by its name only, and every comparison works on plain built-in values: nothing
here trusts an object's own ``__eq__``. There are three outcomes: no exception (right), ``Wrong``
and ``NotAttempted``.
"""

from dealab.checks.documents import document
from dealab.checks.functions import function
from dealab.checks.outcome import NotAttempted, Wrong, require
from dealab.checks.queries import query
from dealab.checks.reference import value_of
from dealab.checks.tables import table
from dealab.checks.values import value

__all__ = [
    "NotAttempted",
    "Wrong",
    "document",
    "function",
    "query",
    "require",
    "table",
    "value",
    "value_of",
]
