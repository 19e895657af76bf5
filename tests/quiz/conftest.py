"""Fixtures of the quiz's tests."""

import datetime
import time

import pytest


@pytest.fixture
def at_noon():
    """A clock that stands at noon of 2026-11-22, local time."""
    noon = datetime.datetime(2026, 11, 22, 12).astimezone()
    return lambda: noon


@pytest.fixture
def benchmark_seconds():
    """Return benchmark_seconds(work): the time that one call takes."""

    def measure(work):
        start = time.perf_counter()
        work()
        return time.perf_counter() - start

    return measure
