"""The quiz as a widget: it scores in the page and tells Python, which keeps the answer.

Everything that the page needs (key and explanations too) goes with the widget, so it works after
the kernel died and on a static page. The page sends ``{"kind": "answer", "question": id,
"chosen": [keys], "attempt": n, "seconds": s}`` and gets ``{"kind": "kept", "question": id,
"attempt": n, "kept": bool, "note": text}`` back.
"""

from collections.abc import Sequence
from pathlib import Path

import anywidget
import traitlets

from dealab.progress import Answer, Store
from dealab.quiz import markup, render
from dealab.quiz.question import Question
from dealab.quiz.scoring import order, score

_STATIC = Path(__file__).parent / "static"
_ORDERS = 4  # "Try again" shuffles anew; after so many tries the orders come round again
_LONGEST = 7 * 24 * 3600.0  # a page left open for more than a week says nothing about thinking


class Quiz(anywidget.AnyWidget):
    """Shows ``questions`` one after another and records the answers in ``store``."""

    _esm = _STATIC / "quiz.js"
    _css = _STATIC / "quiz.css"

    questions = traitlets.List(traitlets.Dict()).tag(sync=True)
    # By question id: {"chosen": [keys], "checked": bool, "attempt": n}. The page writes it; it is
    # what a second view, a reloaded page and a saved notebook start from.
    answers = traitlets.Dict().tag(sync=True)

    def __init__(
        self, questions: Sequence[Question], *, seed: int | str = 0, store: Store | None = None
    ):
        """``seed`` chooses the order of options; ``store`` defaults to the learner's own."""
        self._bank = {question.id: question for question in questions}
        self._store = store or Store()
        self._first = {question.id: order(question, seed) for question in questions}
        before = self._store.last_answers(self._bank)
        super().__init__(
            questions=[_payload(q, seed, before.get(q.id)) for q in questions],
        )
        self.on_msg(self._receive)

    def _receive(self, _widget, content, _buffers) -> None:
        """Score an answer again (the page's word counts for nothing), keep it and say so."""
        try:
            question = self._bank[content["question"]]
            chosen = [str(key) for key in content["chosen"]]
            correct = score(question, chosen)
        except (KeyError, TypeError, ValueError):
            return  # nothing that quiz.js sends
        kept = self._store.record_answer(
            question.id, chosen, correct, _seconds(content.get("seconds"))
        )
        self.send(
            {
                "kind": "kept",
                "question": question.id,
                "attempt": content.get("attempt"),
                "kept": kept,
                "note": self._store.notice,
            }
        )

    def __repr__(self) -> str:
        return render.as_text(list(self._bank.values()), self._first)

    def _repr_mimebundle_(self, **options):
        bundle = super()._repr_mimebundle_(**options)
        if bundle is None:
            return None
        data, metadata = bundle
        # anywidget shortens the text; a notebook that nobody ran shows all of it.
        data["text/plain"] = repr(self)
        data["text/html"] = render.as_html(list(self._bank.values()), self._first)
        return data, metadata


def _seconds(value) -> float | None:
    known = type(value) in (int, float) and 0 <= value <= _LONGEST
    return round(float(value), 1) if known else None


def _payload(question: Question, seed: int | str, before: Answer | None) -> dict:
    return {
        "id": question.id,
        "select": len(question.right),
        "multiple": len(question.right) > 1,
        "skills": list(question.skills),
        "stem": markup.as_data(question.stem),
        "hint": markup.as_data(question.hint),
        "options": [
            {
                "key": option.key,
                "correct": option.correct,
                "text": markup.as_data(option.text),
                "why": markup.as_data(option.why),
            }
            for option in question.options
        ],
        "orders": [list(order(question, seed, attempt)) for attempt in range(_ORDERS)],
        "sources": list(question.sources),
        "checked": question.checked.isoformat(),
        "before": before
        and {"correct": before.correct, "date": before.at.astimezone().date().isoformat()},
    }
