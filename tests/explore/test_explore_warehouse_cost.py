"""The model of the warehouse cost explorer, and the panel."""

import pytest

from dealab import explore
from dealab.explore.warehouse_cost import crossing, monthly


def test_the_costs_meet_at_the_crossing():
    for nodes, rpus in ((2, 8), (4, 16), (1, 32)):
        cluster, serverless = monthly(crossing(nodes, rpus), nodes, rpus, pause=False)
        assert cluster == pytest.approx(serverless)
    assert crossing(16, 8) == 24.0  # a large cluster is never cheaper


def test_an_hour_of_each():
    assert monthly(1, 1, 8, pause=False)[1] == pytest.approx(8 * 0.375 * 30.4)
    assert monthly(0, 1, 8, pause=False) == pytest.approx((0.543 * 24 * 30.4, 0))
    assert monthly(5, 2, 8, pause=True)[0] == pytest.approx(2 * 0.543 * 6 * 30.4)
    assert monthly(24, 2, 8, pause=True)[0] == monthly(24, 2, 8, pause=False)[0]


def test_the_panel_names_the_cheaper_one():
    panel = explore.warehouse_cost()
    assert "serverless 547: serverless is cheaper" in panel.words
    panel.set(busy=20.0)
    assert "the cluster is cheaper" in panel.words
