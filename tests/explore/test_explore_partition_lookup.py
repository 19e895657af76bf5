import pytest

from dealab import explore
from dealab.explore.partition_lookup import METHODS, lookup, monthly_usd

PLAIN, INDEXED, PROJECTED = METHODS


def test_without_an_index_every_partition_is_loaded():
    found = lookup(PLAIN, days=365, hourly=True, wanted_days=7)
    assert (found.loaded, found.catalog_calls, found.folders) == (8_760, 9, 168)


def test_an_index_loads_what_the_filter_names_and_stores_an_entry_for_each_partition():
    found = lookup(INDEXED, days=365, hourly=True, wanted_days=7)
    assert (found.loaded, found.catalog_calls, found.objects) == (168, 1, 2 * 8_760)


def test_projection_asks_nothing_and_cannot_know_what_is_empty():
    found = lookup(PROJECTED, days=365, hourly=False, wanted_days=100, filled=0.25)
    assert (found.loaded, found.catalog_calls, found.folders) == (0, 0, 100)
    assert lookup(PLAIN, 365, False, 100, filled=0.25).folders == 25


def test_a_filter_longer_than_the_table_is_the_whole_table():
    assert lookup(INDEXED, days=30, hourly=False, wanted_days=365).loaded == 30


@pytest.mark.parametrize(("objects", "usd"), [(1_000_000, 0), (1_100_000, 1), (3_000_000, 20)])
def test_the_first_million_objects_are_free(objects, usd):
    assert monthly_usd(objects) == usd


def test_the_words_follow_the_sliders():
    panel = explore.partition_lookup()
    assert "43,800 entries in 44 pages" in panel.words
    panel.set(hourly="each day", filled=50)
    assert "lists 7 folders, 3 of them empty" in panel.words
    assert 'alt="Bars for three ways' in panel.children[-1].value
