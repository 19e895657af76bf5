"""Does the memory explorer follow Lambda's rules for CPU and price?"""

import importlib

import pytest

module = importlib.import_module("dealab.explore.lambda_memory")


def test_1769_mb_are_one_vcpu():
    assert module.setting(1769, cpu_seconds=2, waiting=0).seconds == pytest.approx(2)
    assert module.setting(1769 // 2, 2, 0).seconds == pytest.approx(4, rel=0.01)


def test_twice_the_memory_costs_the_same_while_the_cpu_limits():
    one, two = (module.setting(size, 2, 0) for size in (512, 1024))
    assert two.usd == pytest.approx(one.usd, rel=0.001)
    assert two.seconds == pytest.approx(one.seconds / 2)


def test_more_cpus_than_threads_only_cost():
    one, four = (module.setting(size, 2, 0, threads=1) for size in (1769, 7076))
    assert four.seconds == one.seconds
    assert four.usd > 3.9 * one.usd


def test_waiting_gets_no_shorter():
    assert module.setting(10240, 0, waiting=3).seconds == 3


def test_the_pricing_page_counts_gb_seconds_and_requests():
    assert module.setting(1024, 0, waiting=1).usd == pytest.approx(0.0000166667 + 0.2e-6)


def test_what_cannot_work_says_why():
    assert module.setting(128, 1, 0, needs=200).problem == "out of memory"
    assert module.setting(128, 10, 0, timeout=60).problem == "times out"


def test_the_panel_draws_for_extremes():
    panel = module.lambda_memory()
    assert "Cheapest" in panel.words
    panel.set(cpu=60.0, timeout=3)
    assert "No setting works" in panel.words
