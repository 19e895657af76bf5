"""A pytest plugin: every boto3 call is answered with plausible nothing.

The stub echoes what it was given under the same name, makes up ids and ARNs, reports the first
status of an enumeration, and holds no state. A test that passes against it proves nothing.
"""

import io
from datetime import UTC, datetime

import pytest

_CALLS_A_TEST = 300  # a test that waits for something would wait for ever


class Inert(Exception):
    """The stub has answered enough calls of one test."""


def _echoed(shape, given: dict, name: str = "", depth: int = 0):
    if name in given and type(given[name]) in (str, int, float, bool, bytes):
        return given[name]
    kind = shape.type_name
    if kind == "structure":
        if depth > 4:
            return {}
        return {one: _echoed(of, given, one, depth + 1) for one, of in shape.members.items()}
    if kind == "string":
        if getattr(shape, "enum", None):
            return shape.enum[0]
        return f"arn:aws:inert:us-east-1:111122223333:{name}" if "rn" in name else f"inert-{name}"
    if kind == "blob":
        from botocore.response import StreamingBody

        return StreamingBody(io.BytesIO(b""), 0) if name == "Body" else b""
    empty = {"list": [], "map": {}, "boolean": False, "timestamp": datetime.now(UTC)}
    return empty.get(kind, 0)


@pytest.fixture(autouse=True)
def _answer_nothing(monkeypatch):
    from botocore.client import BaseClient

    calls = 0

    def answer(self, operation, given):
        nonlocal calls
        calls += 1
        if calls > _CALLS_A_TEST:
            raise Inert(f"{operation}: the stub has answered {_CALLS_A_TEST} calls")
        shape = self.meta.service_model.operation_model(operation).output_shape
        answered = _echoed(shape, given) if shape else {}
        return {**answered, "ResponseMetadata": {"HTTPStatusCode": 200, "HTTPHeaders": {}}}

    monkeypatch.setattr(BaseClient, "_make_api_call", answer)


class _Passed:
    """Prints the tests that passed, one a line, for whoever started this run."""

    def pytest_runtest_logreport(self, report):
        if report.when == "call" and report.passed:
            print(f"\npassed {report.nodeid}")


def pytest_configure(config):
    config.pluginmanager.register(_Passed())
