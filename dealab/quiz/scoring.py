"""Right or wrong, and in which order options stand: pure functions, no clock, no hidden chance."""

import hashlib
from collections.abc import Iterable

from dealab.quiz.question import Question


def score(question: Question, chosen: Iterable[str]) -> bool:
    """Return True if ``chosen`` holds exactly the keys of the right options.

    As in the exam there is no credit for a part: one option too many or too few is wrong, and so is
    no answer. A key that the question doesn't have is a mistake of the caller (ValueError).
    """
    keys = set(chosen)
    strange = keys - {option.key for option in question.options}
    if strange:
        raise ValueError(f"{question.id} has no option {', '.join(sorted(map(repr, strange)))}")
    return keys == question.right


def order(question: Question, seed: int | str = 0, attempt: int = 0) -> tuple[str, ...]:
    """Return the option keys in the order to show them.

    The same question, seed and attempt give the same order on every machine and Python version:
    options are sorted by a hash, so it doesn't depend on the random module's algorithm. A question
    keeps its order when others are added to or taken from the bank.
    """

    def rank(key: str) -> bytes:
        return hashlib.sha256(f"{seed}|{attempt}|{question.id}|{key}".encode()).digest()

    return tuple(sorted((option.key for option in question.options), key=rank))
