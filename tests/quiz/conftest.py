"""Fixtures of the quiz's tests."""

import datetime

import pytest


@pytest.fixture
def at_noon():
    """A clock that stands at noon of 2026-11-22, local time."""
    noon = datetime.datetime(2026, 11, 22, 12).astimezone()
    return lambda: noon
