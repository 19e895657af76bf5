"""Progress as text, for a terminal."""

from collections import Counter
from collections.abc import Mapping

from dealab.progress.store import OUTCOMES, Store


def report(store: Store, questions: Mapping[str, int] | None = None) -> str:
    """Return the progress in ``store`` as lines of text.

    ``questions`` says how many questions each task has; with it, the report names tasks that
    nothing was answered of, and shares of the whole.
    """
    summary = store.summary()
    lines = [f"Progress in {store.path}", ""]
    if store.notice:
        lines += [store.notice, ""]
    totals = dict(questions or {})
    tasks = sorted(set(summary.tasks) | set(totals))
    if summary.answers:
        lines.append("Task   Answered     Right at the last try")
        for task in tasks:
            lines.append(_line(task, summary.tasks.get(task), totals.get(task)))
        lines.append("")
        lines.append(f"{summary.answers} answers in all, repeated tries included.")
    else:
        lines.append("No answers yet: open a lesson and answer its first quiz.")
    if summary.exercises:
        outcomes = Counter(summary.exercises.values())
        counts = ", ".join(f"{outcomes[o]} {o}" for o in OUTCOMES if outcomes[o])
        lines.append(f"Exercises at their last check: {counts}.")
    for file in store.set_aside():
        lines.append(f"Set aside because it could not be read: {file}")
    return "\n".join(lines).rstrip()


def _line(task, counts, total) -> str:
    answered, right = (counts.answered, counts.right) if counts else (0, 0)
    of = f"{answered} of {total}" if total is not None else str(answered)
    share = f"{right} ({right / answered:.0%})" if answered else "-"
    return f"{task:<5}  {of:<11}  {share}"
