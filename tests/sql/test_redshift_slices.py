"""The model of slices: where rows lie, how skewed a key is, what a join moves."""

import pytest
import redshift_local as local

from dealab.sql import Lake
from dealab.sql.redshift import slices, sources

STYLES = local.R + "c_choosing_dist_sort.html"


@pytest.fixture(scope="module")
def engine(lake_folder):
    made = local.session(Lake(lake_folder))
    made.run(
        """
        create table numbers(n int);
        insert into numbers values (0),(1),(2),(3),(4),(5),(6),(7),(8),(9);
        create table fact(id int, day int, label varchar(10)) diststyle even;
        insert into fact select a.n * 100 + b.n * 10 + c.n, a.n % 2, 'x'
          from numbers a, numbers b, numbers c;
        create table by_id(id int distkey, label varchar(10));
        insert into by_id select id, label from fact;
        create table everywhere(id int) diststyle all;
        insert into everywhere select id from fact where id < 10;
        create table automatic(id int, primary key(id));
        insert into automatic select id from fact;
        create table empty_one(id int) diststyle even
        """
    )
    return made


def table(engine, name):
    return sources.lookup(engine, [name])


def test_even_rows_are_dealt_in_turn(engine):
    found = slices.spread(engine, table(engine, "fact"))
    assert found == slices.Spread("EVEN", None, (250, 250, 250, 250), 1.0), STYLES


def test_all_keeps_a_copy_on_the_first_slice_of_each_node(engine):
    found = slices.spread(engine, table(engine, "everywhere"))
    assert found.rows == (10, 0, 10, 0), STYLES
    assert found.skew == 1.0


def test_key_places_every_row_once(engine):
    found = slices.spread(engine, table(engine, "by_id"))
    assert (found.style, found.key, sum(found.rows)) == ("KEY", "id", 1000)
    assert min(found.rows) > 200  # a thousand different values spread well


def test_key_is_stable(engine):
    first = slices.spread(engine, table(engine, "by_id"))
    assert first == slices.spread(engine, table(engine, "by_id"))


def test_equal_values_meet_on_one_slice(engine):
    found = slices.spread(engine, table(engine, "fact"), key="label")
    assert sorted(found.rows) == [0, 0, 0, 1000]
    assert found.skew == 1000.0


def test_few_values_leave_slices_empty(engine):
    found = slices.spread(engine, table(engine, "fact"), key="day")
    assert sum(1 for rows in found.rows if rows) <= 2


def test_automatic_tables_begin_as_all(engine):
    found = slices.spread(engine, table(engine, "automatic"))
    assert found.style == "ALL", STYLES


def test_large_automatic_tables_take_the_primary_key(engine):
    assert slices.effective(engine, table(engine, "automatic"), 10**7) == ("KEY", "id"), STYLES


def test_large_automatic_tables_without_a_key_are_even(engine):
    assert slices.effective(engine, table(engine, "numbers"), 10**7) == ("EVEN", None), STYLES


def test_candidates_are_compared_best_first(engine):
    found = slices.compare(engine, table(engine, "fact"))
    assert found[0].key == "id"
    assert found[0].skew < found[-1].skew


def test_an_unknown_column_is_refused(engine):
    with pytest.raises(KeyError):
        slices.spread(engine, table(engine, "fact"), key="nothing")


def test_an_empty_table_has_no_skew(engine):
    assert slices.spread(engine, table(engine, "empty_one")).skew is None


def test_row_width_counts_fixed_types_and_text(engine):
    assert slices.row_width(engine, table(engine, "fact"), ["id"]) == 4
    assert slices.row_width(engine, table(engine, "fact")) == 4 + 4 + 2


MOVES = local.R + "c_data_redistribution.html"


def moved(engine, outer, inner, on, **keys):
    return slices.join_movement(engine, table(engine, outer), table(engine, inner), on, **keys)


def test_collocated_join_moves_nothing(engine):
    found = moved(engine, "by_id", "by_id", ("id", "id"))
    assert found == slices.Movement("DS_DIST_NONE", 0, 0), MOVES


def test_an_inner_table_on_every_node_moves_nothing(engine):
    assert moved(engine, "fact", "everywhere", ("id", "id")).label == "DS_DIST_ALL_NONE", MOVES


def test_an_outer_table_on_every_node_makes_the_inner_one_move(engine):
    found = moved(engine, "everywhere", "fact", ("id", "id"))
    assert (found.label, found.rows) == ("DS_DIST_ALL_INNER", 1000), MOVES


def test_the_side_without_the_key_is_redistributed(engine):
    found = moved(engine, "by_id", "fact", ("id", "id"))
    assert found.label == "DS_DIST_INNER", MOVES
    assert 600 < found.rows < 900  # a quarter lies right by chance


def test_redistributed_rows_are_counted_not_guessed(engine):
    exact = engine.duck().execute(
        f'SELECT count(*) FROM rs."{table(engine, "fact").store}" '
        f"WHERE rowid % 4 <> {slices.slice_sql('id')}"
    )[0][0]
    assert moved(engine, "by_id", "fact", ("id", "id")).rows == exact


def test_a_tried_key_changes_the_answer(engine):
    found = moved(engine, "by_id", "fact", ("id", "id"), inner_key="id")
    assert (found.label, found.bytes) == ("DS_DIST_NONE", 0)


def test_a_small_inner_table_is_broadcast(engine):
    found = moved(engine, "fact", "everywhere", ("id", "id"), inner_key="EVEN")
    assert found == slices.Movement("DS_BCAST_INNER", 10, 40), MOVES


def test_two_large_tables_are_both_redistributed(engine):
    found = moved(engine, "fact", "fact", ("day", "day"))
    assert found.label == "DS_DIST_BOTH", MOVES
