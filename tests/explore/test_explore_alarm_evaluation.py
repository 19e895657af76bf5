"""The model of the alarm explorer, and the panel."""

from dealab import explore
from dealab.explore.alarm_evaluation import SERIES, states


def test_one_spike_wakes_the_nervous_alarm_only():
    assert states(SERIES["one spike"], 1, 1, "missing").count("ALARM") == 1
    assert "ALARM" not in states(SERIES["one spike"], 3, 2, "missing")


def test_m_of_n_finds_spikes_with_pauses():
    assert "ALARM" not in states(SERIES["spikes with pauses"], 2, 2, "missing")
    assert "ALARM" in states(SERIES["spikes with pauses"], 3, 2, "missing")


def test_silence_counts_as_the_setting_says():
    dies = SERIES["the worker dies"]
    assert "ALARM" in states(dies, 3, 3, "breaching")
    assert set(states(dies, 3, 3, "notBreaching")[3:]) == {"OK"}
    assert "INSUFFICIENT_DATA" in states(dies, 3, 3, "missing")[6:]
    faults = SERIES["faults, then silence"]
    assert states(faults, 2, 2, "ignore")[11] == "ALARM"  # it stays as it was
    assert states(faults, 2, 2, "notBreaching")[11] == "OK"


def test_the_panel_counts_the_rings():
    panel = explore.alarm_evaluation()
    assert panel.words.endswith("it never rings.")
    panel.set(needed=1, alarm_at=1)
    assert "it rings 1 time, first in minute 3" in panel.words
    panel.set(data="spikes with pauses")
    assert "it rings 5 times" in panel.words
    panel.set(alarm_at=6)
    assert panel.words.startswith("1 of 1 data points")  # M cannot be more than N
