"""Bookmarks, run costs and workflow triggers of Glue, as pure models."""

import pytest

from dealab.models import glue_runs, workflows
from dealab.models.bookmarks import Bookmarks, Reading

ENABLED, PAUSED = "job-bookmark-enable", "job-bookmark-pause"


def run(marks, run_id, objects, option=ENABLED, commit=True, **more):
    reading = Reading(marks, run_id, option, **more)
    found = reading.new("source", [(name, time, f"{name}{time}") for name, time in objects])
    if commit:
        reading.commit()
    return found


@pytest.mark.proves("Glue", "Job bookmarks: only new and changed objects are read", kind="model")
def test_only_new_and_overwritten_objects_are_read():
    marks = Bookmarks()
    assert run(marks, "r1", [("a", 1), ("b", 2)]) == ["a", "b"]
    assert run(marks, "r2", [("a", 1), ("b", 2)]) == []
    assert run(marks, "r3", [("a", 3), ("b", 2), ("c", 2)]) == ["a", "c"]
    assert run(marks, "r4", [("a", 3), ("b", 2), ("c", 2)]) == []


def test_nothing_is_saved_without_commit_or_when_paused():
    marks = Bookmarks()
    assert run(marks, "r1", [("a", 1)], commit=False) == ["a"]
    assert run(marks, "r2", [("a", 1)], PAUSED) == ["a"]
    assert run(marks, "r3", [("a", 1)]) == ["a"]
    assert run(marks, "r4", [("a", 1), ("b", 2)], PAUSED) == ["b"]
    assert run(marks, "r5", [("a", 1), ("b", 2)], "job-bookmark-disable") == ["a", "b"]
    assert run(marks, "r6", [("a", 1), ("b", 2)]) == ["b"]


def test_pause_reads_between_two_runs():
    marks, objects = Bookmarks(), []
    for number in (1, 2, 3):
        objects.append((f"o{number}", number))
        run(marks, f"r{number}", objects)
    assert run(marks, "r4", objects, PAUSED, start="r1", end="r2") == ["o2"]


def test_reset_to_the_beginning_or_to_a_run():
    marks = Bookmarks()
    run(marks, "r1", [("a", 1)])
    run(marks, "r2", [("a", 1), ("b", 2)])
    marks.reset("r1")
    assert run(marks, "r3", [("a", 1), ("b", 2)]) == ["b"]
    marks.reset()
    assert run(marks, "r4", [("a", 1), ("b", 2)]) == ["a", "b"]
    with pytest.raises(KeyError):
        marks.reset("nope")


@pytest.mark.parametrize(
    ("dpus", "seconds", "kind", "dollars"),
    [  # https://aws.amazon.com/glue/pricing/: 6 DPUs for 15 minutes are $0.66
        (6, 900, "STANDARD", 0.66),
        (6, 1, "STANDARD", 0.044),  # a minute at least
        (6, 900, "FLEX", 0.435),
        (0.0625, 3600, "STANDARD", 0.0275),
    ],
)
def test_what_a_run_costs(dpus, seconds, kind, dollars):
    assert glue_runs.cost(dpus, seconds, kind) == pytest.approx(dollars)


def test_capacity():
    assert glue_runs.capacity("glueetl", "G.2X", 5) == 10
    assert glue_runs.capacity("glueetl", None, None, 4) == 4
    assert glue_runs.capacity("pythonshell") == 0.0625


def predicate(logical, *states):
    return {
        "Logical": logical,
        "Conditions": [
            {"JobName": f"j{n}", "State": s, "LogicalOperator": "EQUALS"}
            for n, s in enumerate(states)
        ],
    }


def ended(name, state):
    return {"kind": "JOB", "name": name, "state": state}


def test_conditions_of_and_may_be_met_one_after_the_other():
    told, so_far = predicate("AND", "SUCCEEDED", "FAILED"), {}
    assert not workflows.met(told, [ended("j0", "SUCCEEDED")], so_far)
    assert not workflows.met(told, [ended("j1", "SUCCEEDED")], so_far)
    assert workflows.met(told, [ended("j1", "FAILED")], so_far)
    assert workflows.met(predicate("ANY", "SUCCEEDED", "FAILED"), [ended("j1", "FAILED")], {})
