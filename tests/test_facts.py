"""Facts carry a source and a date, and lessons link to them by id."""

import pytest

from dealab import facts

GOOD = """\
kinesis-shard-write:
  fact: A shard takes up to 1 MB per second of writes.
  source: https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
  checked: 2026-11-23
"""


def load(tmp_path, **files):
    for name, text in files.items():
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return facts.load(tmp_path)


def test_the_courses_facts_load():
    assert len(facts.load()) > 50


def test_a_link_becomes_the_source_with_its_date(tmp_path):
    known = load(tmp_path, kinesis=GOOD)
    text = facts.resolve("takes [1 MB](fact:kinesis-shard-write).", known, "a.md:1")
    assert text == (
        "takes [1 MB](https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html "
        '"A shard takes up to 1 MB per second of writes. (checked 2026-11-23)").'
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  checked: 2026-11-23\n", "", "kinesis.yaml: kinesis-shard-write: needs exactly"),
        ("2026-11-23", "yesterday", "checked must be a date"),
        ("https://", "http://", "source must be an https"),
        ("A shard", 'A "shard"', "without double quotes"),
        ("1 MB", "$1", "without double quotes and dollar signs"),
    ],
)
def test_a_bad_fact_is_named(tmp_path, old, new, message):
    with pytest.raises(facts.FactError, match=message):
        load(tmp_path, kinesis=GOOD.replace(old, new))


def test_an_id_stands_once(tmp_path):
    with pytest.raises(facts.FactError, match=r"b\.yaml: kinesis-shard-write: also in a\.yaml"):
        load(tmp_path, a=GOOD, b=GOOD)


def test_an_unknown_fact_names_the_place(tmp_path):
    with pytest.raises(facts.FactError, match=r"a\.md:7: no fact 'kinesis-x'"):
        facts.resolve("[x](fact:kinesis-x)", load(tmp_path, kinesis=GOOD), "a.md:7")
