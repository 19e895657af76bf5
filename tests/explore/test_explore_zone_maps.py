from dealab import explore
from dealab.explore.zone_maps import ORDERS, blocks, blocks_read, z_value


def test_every_order_has_64_blocks():
    assert {order: len(blocks(order)) for order in ORDERS} == dict.fromkeys(ORDERS, 64)


def test_z_order_of_the_first_cells():
    assert [z_value(*cell) for cell in [(0, 0), (0, 1), (1, 0), (1, 1), (0, 2)]] == [0, 1, 2, 3, 4]
    assert blocks("Z-order")[0] == (0, 7, 0, 7)


def test_a_range_of_days_reads_its_share_when_sorted_by_day():
    assert blocks_read("compound (day, store)", days=4, stores=64) == 4
    assert blocks_read("unsorted", days=4, stores=64) > 60


def test_a_compound_key_helps_its_first_column_only():
    assert blocks_read("compound (day, store)", days=64, stores=4) == 64
    assert blocks_read("compound (store, day)", days=64, stores=4) == 4


def test_z_order_helps_both_a_little():
    by_day, by_store = (blocks_read("Z-order", *one) for one in [(4, 64), (64, 4)])
    assert by_day == by_store
    assert 4 < by_day < 64


def test_without_a_filter_everything_is_read():
    assert {blocks_read(order, 64, 64) for order in ORDERS} == {64}


def test_the_words_follow_the_sliders():
    panel = explore.zone_maps()
    assert "4 of 64 days" in panel.words
    panel.set(days=64, stores=4)
    assert "compound (store, day)" in panel.words
