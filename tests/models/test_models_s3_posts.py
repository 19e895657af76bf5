"""Presigned POSTs and bucket policies that S3 refuses, and presigned URLs that are too old."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest

from dealab.models import s3_posts
from dealab.models.presigned import expired
from dealab.models.refusals import Refused

CONDITIONS = [
    {"bucket": "b"},
    ["eq", "$acl", "private"],
    ["starts-with", "$key", "in/"],
    ["content-length-range", 2, 4],
]
FORM = {"key": ["in/a"], "acl": ["private"]}


def form(hours: int = 1, **changes) -> dict:
    end = (datetime.now(UTC) + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")
    policy = json.dumps({"expiration": end, "conditions": CONDITIONS}).encode()
    return {**FORM, "Policy": [base64.b64encode(policy).decode()], **changes}


def test_a_form_that_keeps_its_policy_passes():
    s3_posts.check("b", form(), 3)
    s3_posts.check("b", FORM, 100)  # no policy: not presigned


@pytest.mark.parametrize(
    ("bucket", "fields", "size", "code"),
    [
        ("other", form(), 3, "AccessDenied"),
        ("b", form(key=["out/a"]), 3, "AccessDenied"),
        ("b", form(acl=["public-read"]), 3, "AccessDenied"),
        ("b", form(hours=-1), 3, "AccessDenied"),
        ("b", form(), 5, "EntityTooLarge"),
        ("b", form(), 1, "EntityTooSmall"),
    ],
)
def test_a_form_that_does_not_is_refused(bucket, fields, size, code):
    with pytest.raises(Refused) as refused:
        s3_posts.check(bucket, fields, size)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("policy", "code"),
    [
        ("{", "MalformedPolicy"),
        ("{}", "MalformedPolicy"),
        ('{"Statement": {"Effect": "Allow", "Principal": "*"}}', "AccessDenied"),
    ],
)
def test_bucket_policies_that_are_refused(policy, code):
    with pytest.raises(Refused) as refused:
        s3_posts.check_policy("b", policy, closed=True)
    assert refused.value.code == code
    if code == "AccessDenied":
        s3_posts.check_policy("b", policy, closed=False)


def test_presigned_urls_end_when_their_seconds_are_over():
    url = "https://b.s3.amazonaws.com/k?X-Amz-Date=20260302T090000Z&X-Amz-Expires=60"
    url += "&X-Amz-Signature=s"
    begin = datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert expired(url, begin + timedelta(seconds=59)) is None
    status, _, body = expired(url, begin + timedelta(seconds=60))
    assert status == 403
    assert "<Expires>2026-03-02T09:01:00Z</Expires>" in body
    assert expired("https://b.s3.amazonaws.com/k", begin) is None
