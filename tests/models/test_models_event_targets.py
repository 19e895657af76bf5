"""What a target of a rule gets, and how a failure is named."""

import json

import pytest
from botocore.exceptions import ClientError

from dealab.models.event_targets import at_path, delivered, error_code, transformed

EVENT = {
    "id": "e1",
    "time": "2026-01-01T00:00:00Z",
    "detail": {
        "order": "o-7",
        "total": 12.5,
        "lines": [{"sku": "A"}, {"sku": "B"}],
        "note": 'a "b"',
    },
}
PATHS = {"o": "$.detail.order", "t": "$.detail.total", "s": "$.detail.lines[1].sku",
         "n": "$.detail.note", "l": "$.detail.lines", "none": "$.detail.missing"}  # fmt: skip


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ('{"order": <o>, "total": <t>}', {"order": "o-7", "total": 12.5}),
        ('{"text": "order <o> costs <t>, <s>"}', {"text": "order o-7 costs 12.5, B"}),
        ('"order <o>"', "order o-7"),
        ('{"note": "<n>", "raw": <n>}', {"note": 'a "b"', "raw": 'a "b"'}),
        ('{"lines": <l>}', {"lines": [{"sku": "A"}, {"sku": "B"}]}),
        ('{"gone": <none>}', {"gone": None}),
        ('{"all": <aws.events.event.json>}', {"all": EVENT}),
    ],
)
def test_input_transformers(template, expected):
    target = {"InputTransformer": {"InputPathsMap": PATHS, "InputTemplate": template}}
    assert json.loads(transformed(target, EVENT)) == expected


def test_paths():
    assert at_path(EVENT, "$.detail.lines[0].sku") == "A"
    assert at_path(EVENT, "$") == EVENT
    assert at_path(EVENT, "$.detail.lines[9].sku") is None
    assert at_path(EVENT, "$.id.deeper") is None


def test_an_event_is_delivered_with_iso_time_and_without_what_is_internal():
    original = {"time": 1767225600, "ingestion-time": 1, "detail": {"requester": "x"}, "id": ""}
    assert delivered(original, "111122223333", "n") == {
        "time": "2026-01-01T00:00:00Z",
        "detail": {"requester": "111122223333"},
        "id": "n",
    }
    assert delivered(original, "111122223333", None)["detail"] == {"requester": "x"}


@pytest.mark.parametrize(
    ("code", "operation", "refused", "name"),
    [
        ("AccessDenied", "AssumeRole", False, "FAILED_TO_ASSUME_ROLE"),
        ("AccessDeniedException", "PutRecord", False, "NO_PERMISSIONS"),
        ("ResourceNotFoundException", "PutRecord", False, "NO_RESOURCE"),
        ("ValidationException", "PutRecord", False, "SDK_CLIENT_ERROR"),
        ("ValidationException", "PutRecord", True, "NO_PERMISSIONS"),
    ],
)
def test_names_of_failures(code, operation, refused, name):
    error = ClientError({"Error": {"Code": code, "Message": ""}}, operation)
    assert error_code(error, refused) == name
