"""Job bookmarks of AWS Glue for S3: which objects a run still has to read.

The rules (checked 2026-11-23): https://docs.aws.amazon.com/glue/latest/dg/monitor-continuations.html
Objects count as new by their last modification time; one that was overwritten is read again. The
state is kept for each source (``transformation_ctx``) and saved by ``Job.commit()`` only.

Left out, by name: bookmarks of JDBC sources (they go by the values of key columns), and the range
in which S3's listing used to lag behind.
"""

import copy
import json
from dataclasses import dataclass, field

from dealab.models.refusals import Refused

OPTIONS = ("job-bookmark-enable", "job-bookmark-disable", "job-bookmark-pause")


@dataclass
class Bookmarks:
    """The bookmarks of one job: ``states`` maps run ids, in order, to what was read until then.

    A state maps a source to ``{"until": newest modification time, "at": objects of that time}``.
    """

    states: dict[str, dict] = field(default_factory=dict)
    version: int = 0
    attempts: int = 0

    @property
    def last(self) -> tuple[str | None, dict]:
        """Return the id and the state of the last run that was committed."""
        return next(reversed(self.states.items()), (None, {}))

    def reset(self, run_id: str | None = None) -> None:
        """Forget everything, or everything after ``run_id``. Raises KeyError for an unknown run."""
        if run_id is not None and run_id not in self.states:
            raise KeyError(run_id)
        kept = {}
        for name, state in self.states.items() if run_id else ():
            kept[name] = state
            if name == run_id:
                break
        self.states = kept

    def entry(self, job: str) -> dict:
        """Return the JobBookmarkEntry of a job. Raises Refused when nothing was committed."""
        if not self.states:
            message = f"Job bookmark for job {job} not found."
            raise Refused("EntityNotFoundException", message)
        run_id, state = self.last
        previous = [*self.states][-2:-1]
        return {
            "JobName": job,
            "Version": self.version,
            "Run": len(self.states),
            "Attempt": 0,
            "RunId": run_id,
            "JobBookmark": json.dumps(state, default=str),
        } | ({"PreviousRunId": previous[0]} if previous else {})

    def reset_entry(self, job: str, run_id: str | None) -> dict:
        """Reset, and return what ResetJobBookmark answers. Raises Refused."""
        entry = self.entry(job)
        try:
            self.reset(run_id)
        except KeyError as error:
            message = f"Job run {run_id} not found."
            raise Refused("EntityNotFoundException", message) from error
        return {"JobBookmarkEntry": entry | {"JobBookmark": "{}"}}


class Reading:
    """One run's use of a job's bookmarks. ``option`` is one of ``OPTIONS``.

    With ``job-bookmark-pause``, ``start`` and ``end`` may name runs: read what came after the first
    up to and including the second.
    """

    def __init__(self, kept: Bookmarks, run_id: str, option: str, start=None, end=None):
        if option not in OPTIONS:
            raise ValueError(f"Invalid job bookmark option: {option}")
        self.kept, self.run_id, self.option = kept, run_id, option
        self.on = option != "job-bookmark-disable"
        self.before = kept.states[start] if start else kept.last[1]
        self.until = kept.states[end] if end else None
        self.read: dict = {}

    def new(self, source: str, objects: list[tuple[str, object, str]]) -> list[str]:
        """Return the names of the objects to read, in their order.

        ``objects`` are (name, modification time, ETag). Without a source name nothing is kept.
        """
        if not self.on or not source:
            return [name for name, _, _ in objects]
        found = [
            (name, time, tag)
            for name, time, tag in objects
            if not _seen(self.before.get(source), name, time, tag)
            and (self.until is None or _seen(self.until.get(source), name, time, tag))
        ]
        state = self.before.get(source)
        if objects and self.until is None:
            newest = max(time for _, time, _ in objects)
            at = [[name, tag] for name, time, tag in objects if time == newest]
            if state is None or newest > state["until"]:
                self.read[source] = {"until": newest, "at": at}
            elif newest == state["until"]:
                self.read[source] = {"until": newest, "at": [*state["at"], *at]}
        return [name for name, _, _ in found]

    def commit(self) -> None:
        """Save what was read, as ``Job.commit()`` does. Paused or disabled, nothing is saved."""
        if self.option == "job-bookmark-enable":
            self.kept.version += 1
            self.kept.states[self.run_id] = copy.deepcopy(self.kept.last[1]) | self.read


def _seen(state: dict | None, name: str, time, tag: str) -> bool:
    if state is None:
        return False
    return time < state["until"] or (time == state["until"] and [name, tag] in state["at"])
