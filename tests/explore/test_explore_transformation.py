"""Do the explorers of task 1.2 show words with numbers, follow their controls and name a source?"""

import html

import pytest
from ipywidgets import Dropdown

from dealab import explore
from dealab.explore import _panel

NAMES = ["containers", "file_formats", "shuffle", "transform_cost"]


@pytest.fixture
def shown(monkeypatch):
    """Return a function that runs an explorer and gives the panel it displays."""
    panels = []
    monkeypatch.setattr(_panel, "display", panels.append)

    def run(name, *args, **kwargs):
        getattr(explore, name)(*args, **kwargs)
        return panels.pop()

    return run


@pytest.mark.parametrize("name", NAMES)
def test_the_picture_is_told_in_words_with_numbers_and_a_source(name, shown):
    panel = shown(name)
    view = panel.children[-1].value
    assert panel.caption in html.unescape(view.split('alt="')[1].split('"')[0])
    assert sum(letter.isdigit() for letter in panel.caption) >= 5
    assert "Model:" in view
    assert 'href="https://' in view


@pytest.mark.parametrize("name", NAMES)
def test_every_control_changes_the_words(name, shown):
    panel = shown(name)
    for control in panel.children[:-1]:
        before = panel.caption
        if isinstance(control, Dropdown):
            control.value = next(o for o in control.options if o != control.value)
        else:
            control.value = control.max if control.value != control.max else control.min
        assert panel.caption != before, control.description


def test_a_task_too_large_for_the_instance_is_a_message_and_no_crash(shown):
    panel = shown("containers")
    panel.set(mib=32768)
    assert "does not fit a node" in panel.caption


def test_the_formats_are_those_that_were_measured(shown):
    panel = shown("file_formats", {"CSV": 1.0, "Parquet, zstd": 0.125})
    panel.set(csv_gb=8, columns=100, partitions=100)
    assert panel.caption.startswith("Parquet, zstd: 1.00 GB")


def test_the_shuffle_counts_the_rows_it_was_given(shown):
    assert shown("shuffle", {"a": 7, "b": 5}, unit="events").caption.startswith("12 events")
