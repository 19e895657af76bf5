"""The stories of docs/datasets.md can be found with its queries, in any universe."""

from datetime import datetime

import pytest

from dealab.datasets import variant
from dealab.datasets.universe import Universe


@pytest.fixture(scope="module", params=["course", 7])
def told(request, lake, open_lake):
    """A lake and the story that its seed tells."""
    if request.param == "course":
        yield lake, Universe(2026, 1.0).story
    else:
        with open_lake(variant(request.param)) as small:
            yield small, Universe(request.param, 0.05).story


def ask(told, page, name: str) -> list[tuple]:
    return told[0].execute(page.queries["story", name]).fetchall()


def test_the_page_tells_every_story(page):
    expected = "intruder port-scan release slow-pages freezer jobs bill"
    assert page.names("story") == expected.split()


def test_the_intruder_is_found(told, page):
    ((address, calls, refused, read),) = ask(told, page, "intruder")
    assert address == told[1].attacker_ip
    assert (refused, read) == (64, 10)
    assert calls == 76


def test_the_intruder_came_by_night_and_failed_to_sign_in(told):
    lake, story = told
    failures = lake.execute(
        "SELECT sourceipaddress, count(*), min(eventtime), max(eventtime) FROM cloudtrail_logs "
        "WHERE eventname = 'ConsoleLogin' AND errormessage = 'Failed authentication' GROUP BY 1"
    ).fetchall()
    ((address, count, first, last),) = failures
    assert (address, count) == (story.attacker_ip, 14)
    assert "2026-06-11T06:11" <= first < last < "2026-06-11T06:36"


def test_the_key_was_honest_before_and_is_gone_after(told):
    lake, story = told
    rows = lake.execute(
        "SELECT sourceipaddress, min(eventtime), max(eventtime) FROM cloudtrail_logs "
        "WHERE useridentity.accesskeyid = ? GROUP BY 1 ORDER BY 2",
        [story.leaked_key],
    ).fetchall()
    assert [row[0] for row in rows] == [story.office_ip, story.attacker_ip]
    assert rows[0][2] < "2026-06-11"
    (ends,) = lake.execute(
        "SELECT list(eventname ORDER BY eventtime) FROM cloudtrail_logs WHERE eventname IN "
        "('CreateAccessKey', 'UpdateAccessKey', 'DeleteAccessKey') AND errorcode IS NULL"
    ).fetchone()
    assert ends == ["CreateAccessKey", "UpdateAccessKey", "DeleteAccessKey"]


def test_the_port_scan_is_found(told, page):
    ((address, ports),) = ask(told, page, "port-scan")
    assert address == told[1].attacker_ip
    assert ports > 50


def test_the_release_is_found(told, page):
    rows = ask(told, page, "release")
    worst = max(rows, key=lambda row: row[2])
    assert "2026-06-10T14:00" <= worst[0] <= "2026-06-10T14:40"
    assert max(seconds for _, seconds, _ in rows) > 1


def test_the_clicks_feel_the_release(lake, page):  # a small universe has too few in 42 minutes
    ((hour, slow),) = lake.execute(page.queries["story", "slow-pages"]).fetchall()
    assert hour == datetime(2026, 6, 10, 14)
    assert slow >= 50


def test_the_freezer_is_found(told, page):
    ((warehouse, _, warmest, first, last),) = ask(told, page, "freezer")
    assert warehouse == told[1].freezer_warehouse
    assert warmest > 0
    assert datetime(2026, 6, 11) < first < last < datetime(2026, 6, 11, 18)


def test_the_failed_jobs_are_found(told, page):
    rows = ask(told, page, "jobs")
    assert [(date, job) for date, job, *_ in rows] == [
        ("2026-06-02", "sessionize-clicks"),
        ("2026-06-08", "orders-to-lake"),
        ("2026-06-10", "publish-dashboards"),
    ]
    assert all(first_line for *_, first_line in rows)


def test_the_bill_has_two_surprises(told, page):
    rows = ask(told, page, "bill")
    found = [(usage, str(first.date()), str(last.date())) for _, usage, _, first, last in rows]
    assert found == [
        ("NatGateway-Bytes", "2026-04-20", "2026-04-28"),
        ("Node:ra3.xlplus", "2026-05-18", "2026-06-30"),
    ]
