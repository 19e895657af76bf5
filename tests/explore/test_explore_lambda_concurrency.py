"""Does the concurrency explorer follow Lambda's documented rules?"""

import importlib

import pytest

module = importlib.import_module("dealab.explore.lambda_concurrency")


def test_the_documented_formula():
    # 100 requests per second of 500 ms need 50 environments (developer guide).
    assert module.needed(100, 0.5) == 50


def test_what_is_above_the_ceiling_is_throttled():
    found = module.minute(base=100, peak=800, seconds_per_call=0.5, ceiling=200)
    assert found.throttled[0] == 0
    assert found.throttled[39] == pytest.approx(400)
    assert max(found.used) == 200


def test_a_function_grows_by_100_environments_per_second():
    found = module.minute(base=0, peak=1000, seconds_per_call=1, ceiling=3000)
    assert found.used[20:23] == (100, 200, 300)


def test_provisioned_environments_have_no_cold_start():
    assert sum(module.minute(100, 100, 0.5, 1000, provisioned=50).cold) == 0
    assert sum(module.minute(100, 100, 0.5, 1000).cold) == 50


def test_a_ceiling_of_zero_switches_the_function_off():
    assert sum(module.minute(100, 100, 0.5, ceiling=0).served) == 0


def test_the_panel_says_the_numbers():
    panel = module.lambda_concurrency()
    assert "needs 400 environments" in panel.words
    panel.set(limit=1000)
    assert "the ceiling is 1,000" in panel.words
