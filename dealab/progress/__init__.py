"""What the learner did, kept on disk: ``Store().record_answer(...)``, ``Store().summary()``."""

from dealab.progress.report import report
from dealab.progress.store import OUTCOMES, Answer, Check, Store, Summary, TaskSummary

__all__ = ["OUTCOMES", "Answer", "Check", "Store", "Summary", "TaskSummary", "report"]
