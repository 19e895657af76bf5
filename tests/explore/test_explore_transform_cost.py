"""Does the cost explorer follow the services' billing rules?"""

import importlib
import math

import pytest

module = importlib.import_module("dealab.explore.transform_cost")


def test_glue_bills_the_driver_too():
    # 14,400 vCPU-seconds on 10 executors of 4 vCPUs last 360 s; 11 workers are billed.
    run = module.glue(14_400, workers=11)
    assert run.seconds == 360
    assert run.usd == pytest.approx(11 * 360 / 3600 * 0.44)


def test_the_documented_example_of_the_pricing_page():
    # 6 DPUs for 15 minutes at $0.44 are $0.66.
    assert module.glue(5 * 4 * 900, workers=6).usd == pytest.approx(0.66)


def test_glue_bills_one_minute_at_least():
    assert module.glue(4, workers=2).usd == pytest.approx(2 * 60 / 3600 * 0.44)


def test_flex_takes_its_discount_off():
    assert module.glue(9000, 10, 0.3).usd == pytest.approx(0.7 * module.glue(9000, 10).usd)


def test_a_lambda_over_fifteen_minutes_is_impossible():
    assert module.lambda_(9000, files=10).problem == ""
    assert "over 900" in module.lambda_(9001, files=10).problem


def test_lambda_bills_gb_seconds_and_requests():
    run = module.lambda_(1000, files=100)
    assert run.usd == pytest.approx(1000 * 1769 / 1024 * 0.0000166667 + 100 * 0.2e-6)


def test_athena_bills_bytes_with_a_minimum():
    assert module.athena(1024).usd == pytest.approx(5)
    assert module.athena(0.0001).usd == pytest.approx(10 / 1024 / 1024 * 5)
    assert math.isnan(module.athena(1).seconds)


def test_break_even_turns_the_cost_back_into_a_price():
    price = module.break_even_vcpu_hour(0.5, core_seconds=7200, overhead=0.25)
    assert price * 2 * 1.25 == pytest.approx(0.5)
