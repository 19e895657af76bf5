import pytest

from dealab.models import functions, http_api, queues


@pytest.mark.parametrize(
    ("name", "running", "reserved", "expected"),
    [
        ("a", {}, {}, None),
        ("a", {"a": 9}, {}, None),
        ("a", {"a": 10}, {}, "ConcurrentInvocationLimitExceeded"),
        ("a", {"a": 5, "b": 5}, {"b": 4}, None),  # b has its own; six are left for a
        ("a", {"a": 6}, {"b": 4}, "ConcurrentInvocationLimitExceeded"),
        ("b", {"b": 3}, {"b": 4}, None),
        ("b", {"b": 4}, {"b": 4}, "ReservedFunctionConcurrentInvocationLimitExceeded"),
        ("b", {}, {"b": 0}, "ReservedFunctionConcurrentInvocationLimitExceeded"),
    ],
)
def test_who_may_run(name, running, reserved, expected):
    assert functions.throttled(name, running, reserved, 10) == expected


def test_billing_rounds_up_and_counts_loading():
    assert functions.billed(1.1, None) == 2
    assert functions.billed(1.1, 100.2) == 102


def test_throttled_events_wait_longer_and_longer():
    assert [functions.retry_delay(tries) for tries in (1, 2, 3, 9, 20)] == [1, 2, 4, 256, 300]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", ("/", {})),
        ("/a", ("/a", {})),
        ("/a/", ("/a", {})),
        ("/b", ("/{x}", {"x": "b"})),
        ("/a/b/c", ("/a/{proxy+}", {"proxy": "b/c"})),
        ("/a/b", ("/a/{id}", {"id": "b"})),
        ("/z/b", None),
    ],
)
def test_routes(path, expected):
    routes = ["/", "/a", "/{x}", "/a/{id}", "/a/{proxy+}"]
    assert http_api.match(routes, path) == expected


def test_a_bucket_of_tokens():
    bucket = http_api.Bucket(rate=2, burst=3, now=0)
    assert [bucket.take(0) for _ in range(4)] == [True, True, True, False]
    assert [bucket.take(0.5), bucket.take(0.5)] == [True, False]
    assert [bucket.take(100) for _ in range(4)] == [True, True, True, False]


def test_sizes_of_messages():
    attributes = {
        "a": {"DataType": "String", "StringValue": "é"},
        "b": {"DataType": "Binary", "BinaryValue": b"\x00\x01"},
    }
    assert queues.size("é", attributes) == 2 + (1 + 6 + 2) + (1 + 6 + 2)
    assert queues.is_allowed_text("a\n\U0001f600")
    assert not queues.is_allowed_text("\x00")
