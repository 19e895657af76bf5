"""What to study next: ``placement_test()``, ``placement_result()``, ``study_plan(weeks=6)``."""

from dealab.study.placement import placement_result, placement_test
from dealab.study.plans import study_plan

__all__ = ["placement_result", "placement_test", "study_plan"]
