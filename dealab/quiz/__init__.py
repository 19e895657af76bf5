"""The question bank and the quiz: ``quiz("1.1-q01", "1.1-q02")`` in a notebook's cell."""

from dealab.quiz import bank

__all__ = ["bank", "quiz"]


def quiz(*ids: str, seed: int | str | None = None) -> None:
    """Display the questions with these ids, one after another.

    ``seed`` chooses the order of the options; without one it is the same every time. Answers are
    kept in the learner's progress. Raises UnknownQuestion (with the nearest ids), or ValueError
    when no id or the same id twice is given.
    """
    from IPython.display import display

    from dealab.quiz.widget import Quiz

    if not ids:
        raise ValueError('quiz() needs the id of a question, such as quiz("1.1-q01")')
    if len(set(ids)) < len(ids):
        twice = next(id for id in ids if ids.count(id) > 1)
        raise ValueError(f"quiz() got {twice} twice; name each question once")
    display(Quiz(bank.pick(*ids), seed=0 if seed is None else seed))
