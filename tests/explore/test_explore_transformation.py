"""Do the explorers of task 1.2 show words with numbers, follow their controls and name a source?"""

import html

import pytest
from ipywidgets import Dropdown

from dealab import explore

NAMES = ["containers", "file_formats", "shuffle", "transform_cost"]


@pytest.mark.parametrize("name", NAMES)
def test_the_picture_is_told_in_words_with_numbers_and_a_source(name):
    panel = getattr(explore, name)()
    view = panel.children[-1].value
    assert panel.words in html.unescape(view.split('alt="')[1].split('"')[0])
    assert sum(letter.isdigit() for letter in panel.words) >= 5
    assert "Model:" in view
    assert 'href="https://' in view


@pytest.mark.parametrize("name", NAMES)
def test_every_control_changes_the_words(name):
    panel = getattr(explore, name)()
    start = panel.words
    for control in panel.children[:-1]:
        before = control.value
        if isinstance(control, Dropdown):
            control.value = next(option for option in control.options if option != before)
        else:
            control.value = control.max if before != control.max else control.min
        assert panel.words != start, control.description
        control.value = before
        assert panel.words == start, control.description


def test_a_task_too_large_for_the_instance_is_a_message_and_no_crash():
    panel = explore.containers()
    panel.set(mib=32768)
    assert "does not fit a node" in panel.words


def test_the_formats_are_those_that_were_measured():
    panel = explore.file_formats({"CSV": 1.0, "Parquet, zstd": 0.125})
    panel.set(csv_gb=8, columns=100, partitions=100)
    assert panel.words.startswith("Parquet, zstd: 1.00 GB")


def test_the_shuffle_counts_the_rows_it_was_given():
    assert explore.shuffle({"a": 7, "b": 5}, unit="events").words.startswith("12 events")
