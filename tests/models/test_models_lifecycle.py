"""The examples of S3's documentation, in its order, as rows."""

from datetime import UTC, datetime

import pytest

from dealab.models import storage_costs
from dealab.models.lifecycle import (
    LifecycleError,
    Version,
    abort_due,
    actions,
    applies,
    check,
    expiration_header,
    midnight,
)  # fmt: skip

GUIDE = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/"
MB = 2**20


def on(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def rule(**parts):
    return {"ID": "r", "Status": "Enabled", "Filter": {}} | parts


def object_(key="logs/a", modified="2014-01-15T10:30", **more):
    return Version(key, on(modified), **({"size": MB} | more))


def test_days_are_counted_to_the_next_midnight():
    # intro-lifecycle-rules.html: created 1/15/2014 10:30 UTC, 3 days: 1/19/2014 00:00 UTC
    assert midnight(on("2014-01-15T10:30"), 3) == on("2014-01-19")
    assert midnight(on("2014-01-15"), 1) == on("2014-01-16")


def test_the_archive_then_delete_example():
    # lifecycle-configuration-examples.html: Glacier after a year, deleted after ten
    rules = [
        rule(
            Filter={"Prefix": "logs/"},
            Transitions=[{"Days": 365, "StorageClass": "GLACIER"}],
            Expiration={"Days": 3650},
        )
    ]
    check(rules)
    [first] = actions(rules, [object_()])
    assert (first.kind, first.storage_class, first.due) == (
        "transition",
        "GLACIER",
        on("2015-01-16"),
    )
    [last] = actions(rules, [object_(storage_class="GLACIER")])
    assert (last.kind, last.due) == ("expire", on("2024-01-14"))
    assert actions(rules, [object_("other/a")]) == []


def test_noncurrent_versions_and_the_last_marker():
    rules = [
        rule(
            NoncurrentVersionExpiration={"NoncurrentDays": 30, "NewerNoncurrentVersions": 1},
            Expiration={"ExpiredObjectDeleteMarker": True},
        )
    ]
    old = object_(
        modified="2026-01-01T08:00", version_id="1", since=on("2026-01-02T08:00"), newer=1
    )
    newer = object_(modified="2026-01-02T08:00", version_id="2", since=on("2026-01-03T08:00"))
    marker = object_(modified="2026-01-03T08:00", version_id="3", marker=True)
    [gone] = actions(rules, [old, newer, marker])
    assert (gone.kind, gone.version, gone.due) == ("delete version", old, on("2026-02-02"))
    [removed] = actions(rules, [marker])
    assert removed.kind == "remove marker"


@pytest.mark.parametrize(
    ("size", "where", "minimum", "to", "moves"),
    [
        (128 * 1024, {}, "all_storage_classes_128K", "STANDARD_IA", True),
        (128 * 1024 - 1, {}, "all_storage_classes_128K", "STANDARD_IA", False),
        (1000, {}, "all_storage_classes_128K", "GLACIER", False),
        (1000, {}, "varies_by_storage_class", "GLACIER", True),
        (1000, {}, "varies_by_storage_class", "DEEP_ARCHIVE", True),
        (1000, {}, "varies_by_storage_class", "GLACIER_IR", False),
        (1000, {"ObjectSizeGreaterThan": 500}, "all_storage_classes_128K", "STANDARD_IA", True),
        (500, {"ObjectSizeGreaterThan": 500}, "all_storage_classes_128K", "STANDARD_IA", False),
        (1000, {"ObjectSizeLessThan": 1000}, "all_storage_classes_128K", "GLACIER", False),
    ],
)
def test_small_objects_stay(size, where, minimum, to, moves):
    rules = [rule(Filter=where, Transitions=[{"Days": 60, "StorageClass": to}])]
    assert bool(actions(rules, [object_(size=size)], minimum)) == moves


@pytest.mark.parametrize(
    ("here", "to", "moves"),
    [
        ("STANDARD", "STANDARD_IA", True), ("STANDARD_IA", "INTELLIGENT_TIERING", True),
        ("STANDARD_IA", "STANDARD_IA", False), ("GLACIER", "STANDARD_IA", False),
        ("GLACIER", "DEEP_ARCHIVE", True), ("DEEP_ARCHIVE", "GLACIER", False),
        ("ONEZONE_IA", "GLACIER", True), ("ONEZONE_IA", "GLACIER_IR", False),
        ("INTELLIGENT_TIERING", "ONEZONE_IA", True), ("GLACIER_IR", "GLACIER", True),
    ],
)  # fmt: skip
def test_objects_move_down_only(here, to, moves):
    rules = [rule(Transitions=[{"Days": 60, "StorageClass": to}])]
    assert bool(actions(rules, [object_(storage_class=here)])) == moves


def test_conflicts_are_settled_as_documented():
    # lifecycle-conflicts.html: the colder class, and deleting before moving
    both = [
        rule(Transitions=[{"Days": 365, "StorageClass": "GLACIER"}]),
        rule(ID="s", Transitions=[{"Days": 365, "StorageClass": "STANDARD_IA"}]),
    ]
    assert actions(both, [object_()])[0].storage_class == "GLACIER"
    deleting = [*both, rule(ID="t", Expiration={"Days": 365})]
    assert actions(deleting, [object_()])[0].kind == "expire"
    # with versions "expire" only hides, and moving goes first
    assert actions(deleting, [object_(version_id="v")])[0].kind == "transition"


def test_filters_join_with_and():
    tagged = rule(
        Filter={"And": {"Prefix": "logs/", "Tags": [{"Key": "keep", "Value": "no"}],
                        "ObjectSizeLessThan": 2 * MB}}
    )  # fmt: skip
    assert applies(tagged, object_(tags={"keep": "no", "more": "x"}))
    assert not applies(tagged, object_(tags={"keep": "yes"}))
    assert not applies(tagged, object_("x/logs/a", tags={"keep": "no"}))
    assert not applies(tagged | {"Status": "Disabled"}, object_(tags={"keep": "no"}))


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"Transitions": [{"Days": 60, "StorageClass": "GLACIER"}], "Expiration": {"Days": 60}},
         "must be greater than 'Days' in the Transition action"),
        ({"Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"},
                          {"Days": 59, "StorageClass": "GLACIER"}]},
         "'GLACIER' for filter .* must be 30 days more than .* 'STANDARD_IA'"),
        ({"Transitions": [{"Days": -1, "StorageClass": "GLACIER"}]}, "must be nonnegative"),
        ({"Transitions": [{"StorageClass": "GLACIER"}]}, "one of Days and Date"),
        ({"Transitions": [{"Days": 1, "Date": "2030-01-01", "StorageClass": "GLACIER"}]},
         "one of Days and Date"),
        ({"NoncurrentVersionTransitions": [{"StorageClass": "GLACIER"}]}, "needs its days"),
        ({"Transitions": [{"Days": 1, "StorageClass": "GLACIER"},
                          {"Days": 5, "StorageClass": "GLACIER"}]}, "must be different"),
        ({"Expiration": {"Days": 0}}, "positive integer"),
        ({}, "At least one action"),
        ({"Expiration": {"Date": datetime(2026, 1, 1, 5, tzinfo=UTC)}}, "midnight"),
        ({"Filter": {"Tag": {"Key": "a", "Value": "b"}},
          "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}}, "with Tags"),
    ],
)  # fmt: skip
def test_wrong_rules_are_refused(parts, words):
    with pytest.raises(LifecycleError, match=words):
        check([rule(**parts)])


def test_a_rule_may_archive_thirty_days_after_infrequent_access():
    warm = {"Days": 30, "StorageClass": "STANDARD_IA"}
    check([rule(Transitions=[warm, {"Days": 60, "StorageClass": "GLACIER"}])])
    check(
        [
            rule(Transitions=[warm]),
            rule(ID="2", Transitions=[{"Days": 40, "StorageClass": "GLACIER"}]),
        ]
    )


# https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-conflicts.html
@pytest.mark.parametrize(
    ("one", "other", "wins"),
    [
        ("STANDARD_IA", "GLACIER", "GLACIER"),
        ("INTELLIGENT_TIERING", "ONEZONE_IA", "INTELLIGENT_TIERING"),
        ("GLACIER_IR", "INTELLIGENT_TIERING", "INTELLIGENT_TIERING"),
        ("INTELLIGENT_TIERING", "DEEP_ARCHIVE", "DEEP_ARCHIVE"),
    ],
)
def test_of_two_transitions_on_one_day(one, other, wins):
    rules = [rule(ID=to, Transitions=[{"Days": 365, "StorageClass": to}]) for to in (one, other)]
    assert [action.storage_class for action in actions(rules, [object_()])] == [wins]


def test_uploads_and_the_expiry_header():
    rules = [rule(Filter={"Prefix": "logs/"}, Expiration={"Days": 10},
                  AbortIncompleteMultipartUpload={"DaysAfterInitiation": 7})]  # fmt: skip
    assert abort_due(rules, "logs/a", on("2026-01-01T12:00")) == on("2026-01-09")
    assert abort_due(rules, "x", on("2026-01-01T12:00")) is None
    assert expiration_header(rules, object_()) == (
        'expiry-date="Sun, 26 Jan 2014 00:00:00 GMT", rule-id="r"'
    )


@pytest.mark.proves("S3", "Cost by storage class over years, with minimum durations", kind="model")
def test_cost_by_class_over_years():
    gb = storage_costs.GB
    [standard] = storage_costs.years([], gb, 1000, years=1)
    assert standard["storage"] == pytest.approx(1000 * 0.023 * 365 / 30)
    rules = [
        rule(Transitions=[{"Days": 90, "StorageClass": "DEEP_ARCHIVE"}], Expiration={"Days": 455})
    ]
    rows = storage_costs.years(rules, gb, 1000, years=3)
    assert [(row["year"], row["class"], row["days"]) for row in rows] == [
        (1, "STANDARD", 90), (1, "DEEP_ARCHIVE", 275), (2, "DEEP_ARCHIVE", 90),
    ]  # fmt: skip
    assert rows[1]["transitions"] == pytest.approx(0.05)
    assert rows[0]["storage"] == pytest.approx(1000 * 0.023 * 3)


def test_leaving_early_costs_the_rest_of_the_minimum():
    gb = storage_costs.GB
    assert storage_costs.early_deletion("GLACIER", gb, 1, 90) == 0
    left = storage_costs.early_deletion("STANDARD_IA", gb, 1, 10)
    assert left == pytest.approx(0.0125 * 20 / 30)
    # Many small objects: moving them costs more than it ever saves.
    many, small = 10_000_000, 10_000
    saved = storage_costs.storage("STANDARD", small, many) - storage_costs.storage(
        "GLACIER", small, many
    )
    assert saved < 0 < storage_costs.transition("GLACIER", many)
    assert storage_costs.retrieval("DEEP_ARCHIVE", gb, 1, "Bulk") == pytest.approx(0.002525)


def test_infrequent_access_may_begin_at_any_age():
    # "0 or any positive integer": https://docs.aws.amazon.com/AmazonS3/latest/API/API_Transition.html
    for days in (0, 29, 30):
        check([rule(Transitions=[{"Days": days, "StorageClass": "STANDARD_IA"}])])
