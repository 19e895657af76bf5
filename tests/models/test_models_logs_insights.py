"""Logs Insights against the documentation's sample queries, with answers worked out in Python."""

import json

import pytest

from dealab.models.logs_insights import MalformedQuery, run
from dealab.sql.errors import LabLimit

MINUTE = 60_000


def events(*messages, log="111122223333:app", step=MINUTE):
    return [
        {"timestamp": n * step, "message": m if isinstance(m, str) else json.dumps(m),
         "logStream": f"s{n % 2}", "log": log, "ptr": str(n)}
        for n, m in enumerate(messages)
    ]  # fmt: skip


def rows(query, found, end=10**9, **more):
    answer = run(query, found, 0, end, 10**9, **more)
    return [{name: value for name, value in row if name != "@ptr"} for row in answer.rows]


def report(request, duration, used, init=None):
    start = f" \tInit Duration: {init} ms" if init else ""
    return (
        f"REPORT RequestId: {request}\tDuration: {duration} ms\t"
        f"Billed Duration: {int(duration) + 1} ms\t"
        f"Memory Size: 1000 MB\tMax Memory Used: {used} MB{start}"
    )


IDS = [f"0000000{n}-aaaa-bbbb-cccc-000000000000" for n in range(4)]
LAMBDA = events(
    *[
        report(one, duration, used, 120.5 if n == 0 else None)
        for n, (one, duration, used) in enumerate(
            zip(IDS, (100.5, 20.25, 30.25, 9.0), (100, 200, 50, 150), strict=True)
        )
    ],
    f"START RequestId: {IDS[0]} Version: $LATEST",
    f"[ERROR]\t2026-03-02T09:00:00.000Z\t{IDS[1]}\tcannot reach the warehouse",
    log="111122223333:/aws/lambda/f",
)


# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-examples.html
@pytest.mark.proves("Logs Insights", "The documentation's sample queries for Lambda", kind="real")
def test_sample_queries_for_lambda():
    found = rows(
        """
        filter @type = "REPORT"
        | stats max(@memorySize / 1000 / 1000) as provisionedMemoryMB,
            min(@maxMemoryUsed / 1000 / 1000) as smallestMemoryRequestMB,
            avg(@maxMemoryUsed / 1000 / 1000) as avgMemoryUsedMB,
            max(@maxMemoryUsed / 1000 / 1000) as maxMemoryUsedMB,
            provisonedMemoryMB - maxMemoryUsedMB as wrong,
            provisionedMemoryMB - maxMemoryUsedMB as overProvisionedMB
        """,
        LAMBDA,
    )
    assert found == [
        {
            "provisionedMemoryMB": "1000",
            "smallestMemoryRequestMB": "50",
            "avgMemoryUsedMB": "125",
            "maxMemoryUsedMB": "200",
            "overProvisionedMB": "800",
        }
    ]
    slow = rows(
        'filter @type = "REPORT" and @duration > 10 | fields @requestId, @duration '
        "| sort by_ desc, @duration desc | limit 2",
        LAMBDA,
    )
    assert slow == [
        {"@requestId": IDS[0], "@duration": "100.5"},
        {"@requestId": IDS[2], "@duration": "30.25"},
    ]
    cold = rows("filter @initDuration > 0 | stats count(*), avg(@initDuration)", LAMBDA)
    assert cold == [{"count(*)": "1", "avg(@initDuration)": "120.5"}]
    assert rows("filter @message like /ERROR/ | fields @requestId", LAMBDA) == [
        {"@requestId": IDS[1]}
    ]


TRAIL = events(
    {
        "eventName": "CreateUser",
        "awsRegion": "us-west-2",
        "eventSource": "iam",
        "userIdentity": {"arn": "a1"},
        "requestParameters": {
            "instancesSet": {"items": [{"instanceId": "i-1"}, {"instanceId": "i-2"}]}
        },
    },
    {
        "eventName": "GetObject",
        "awsRegion": "us-east-1",
        "eventSource": "s3",
        "errorCode": "AccessDenied",
    },
    {"eventName": "GetObject", "awsRegion": "us-west-2", "eventSource": "s3"},
)


@pytest.mark.proves(
    "Logs Insights", "Fields of JSON: dotted names, array elements by number", kind="real"
)
def test_sample_queries_for_json():
    counts = rows(
        "stats count(*) by eventSource, eventName, awsRegion | sort awsRegion, eventName", TRAIL
    )
    assert [(one["eventName"], one["awsRegion"], one["count(*)"]) for one in counts] == [
        ("GetObject", "us-east-1", "1"),
        ("CreateUser", "us-west-2", "1"),
        ("GetObject", "us-west-2", "1"),
    ]
    found = rows(
        "fields requestParameters.instancesSet.items.1.instanceId as id | filter ispresent(id)",
        TRAIL,
    )
    assert found == [{"id": "i-2"}]
    assert rows(
        'filter eventName="CreateUser" and awsRegion = "us-west-2" | display userIdentity.arn',
        TRAIL,
    ) == [{"userIdentity.arn": "a1"}]


# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Parse.html
@pytest.mark.proves("Logs Insights", "parse with globs and with named groups", kind="real")
@pytest.mark.parametrize(
    "command",
    [
        'parse @message "user=*, method:*, latency := *" as @user, @method, @latency',
        "parse @message /user=(?<@user>.*), method:(?<@method>.*), latency := (?<@latency>.*)/",
    ],
)
def test_parse(command):
    found = events(
        "25 May 2019 10:24:39,474 [ERROR] {foo=2, bar=data} The error was: DataIntegrityException",
        *[
            f"x user={u}, method:{m}, latency := {n}"
            for u, m, n in (("ann", "get", 10), ("ann", "get", 20), ("bob", "put", 5))
        ],
    )
    answer = rows(f"{command} | stats avg(@latency) by @method, @user | sort @user", found)
    assert answer[-2:] == [
        {"@method": "get", "@user": "ann", "avg(@latency)": "15"},
        {"@method": "put", "@user": "bob", "avg(@latency)": "5"},
    ]
    named = rows(
        'parse @message "[*] {*} The error was: *" as level, config, exception '
        "| filter ispresent(level)",
        found,
    )
    assert named[0]["config"] == "foo=2, bar=data"
    assert named[0]["exception"] == "DataIntegrityException"


@pytest.mark.proves(
    "Logs Insights",
    "bin, datefloor and dateceil; a unit is capped (bin(300s) is a minute)",
    kind="real",
)
@pytest.mark.parametrize(
    ("period", "starts"),
    [
        ("bin(5m)", {0: 5, 300_000: 5, 600_000: 2}),
        ("bin(300s)", {n * MINUTE: 1 for n in range(12)}),
        ("bin(1h)", {0: 12}),
        ("datefloor(@timestamp, 10m)", {0: 10, 600_000: 2}),
        ("dateceil(@timestamp, 10m)", {0: 1, 600_000: 10, 1_200_000: 1}),
        ("bin(1 month)", {0: 12}),
    ],
)
def test_time_buckets(period, starts):
    found = rows(f"stats count(*) as n by {period} as t | sort t", events(*["x"] * 12))
    shown = {
        f"1970-01-01 00:{start // MINUTE:02}:00.000": str(count) for start, count in starts.items()
    }
    assert {one["t"]: one["n"] for one in found} == shown


@pytest.mark.proves("Logs Insights", "Functions on numbers, text, JSON and addresses", kind="real")
@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("2 ^ 3", "8"), ("10 % 3", "1"), ("7 / 2", "3.5"), ("1 / 0", None), ("2 + 3 * 4 - 1", "13"),
        ("abs(0 - 5)", "5"), ("ceil(1.2)", "2"), ("floor(1.8)", "1"), ("round(2.567, 1)", "2.6"),
        ("greatest(1, 5, 3)", "5"), ("least(4, n)", "4"), ("sqrt(16)", "4"), ("log(1)", "0"),
        ("strlen(word)", "5"), ("toupper(word)", "HELLO"), ("concat(word, '-', n)", "hello-42"),
        ('ltrim("xyZxyfooxyZ", "xyZ")', "fooxyZ"), ('rtrim("xyZfooxyxyZ", "xyZ")', "xyZfoo"),
        ('trim("xyZxyfooxyxyZ", "xyZ")', "foo"), ('substr("xyZfooxyZ", 3, 3)', "foo"),
        ("replace(word, 'l', 'L')", "heLLo"), ("regexReplace(word, '[aeiou]', '_')", "h_ll_"),
        ("strcontains(word, 'ell')", "1"), ("strcontains(word, 'ELL', true)", "1"),
        ("startsWith(word, 'he')", "1"), ("endsWith(word, 'x')", "0"),
        ("isempty(nothing)", "1"), ("isblank(blank)", "1"), ("coalesce(nothing, word)", "hello"),
        ("if(n > 40, 'big', 'small')", "big"), ("case(n < 10, 'a', n < 50, 'b', 'c')", "b"),
        ("isNumeric(n)", "1"), ("isIpInSubnet(ip, '10.0.0.0/8')", "1"), ("isValidIpV6(ip)", "0"),
        ("isIpv4InSubnet(ip, '192.168.0.0/16')", "0"), ("isPrivateIP(ip)", "1"),
        ("jsonArraySize('[1, 2, 3]')", "3"), ("jsonArrayContains('[\"a\"]', 'a')", "1"),
        ("urlencode('a b')", "a+b"), ("base64decode(base64encode(word))", "hello"),
        ("toMillis(@timestamp)", "0"), ("fromMillis(60000)", "1970-01-01 00:01:00.000"),
        ("formatDate(@timestamp, '%Y-%m-%d')", "1970-01-01"),
    ],
)  # fmt: skip
def test_functions(expression, value):
    found = events({"n": 42, "word": "hello", "blank": "  ", "ip": "10.1.2.3"})
    [row] = rows(f"fields {expression} as out", found)
    assert row.get("out") == value


@pytest.mark.proves(
    "Logs Insights",
    "Aggregates: pct, stddev, count_distinct, earliest, latest, sortsFirst",
    kind="real",
)
def test_aggregates():
    found = events(*[{"n": n, "who": "ab"[n % 2]} for n in (4, 1, 3, 2)], {"other": 1})
    [row] = rows(
        "stats count(*) as all_, count(n) as some, sum(n) as total, pct(n, 50) as half, "
        "stddev(n) as dev, "
        "count_distinct(who) as people, earliest(n) as first, latest(n) as last, "
        "sortsFirst(who) as low, "
        "sortsLast(n) as high, count(*) / 2 as ratio",
        found,
    )
    assert row == {
        "all_": "5", "some": "4", "total": "10", "half": "2.5", "dev": "1.291", "people": "2",
        "first": "4", "last": "2", "low": "a", "high": "4", "ratio": "2.5",
    }  # fmt: skip


@pytest.mark.proves(
    "Logs Insights", "Two stats commands, dedup, unnest, in, like, not", kind="real"
)
def test_other_commands():
    found = events(*[{"server": s, "n": n, "tags": ["x", s]} for n, s in enumerate("abca")])
    twice = rows("stats count(*) as c by server | stats max(c) as most, count(*) as servers", found)
    assert twice == [{"most": "2", "servers": "3"}]
    last = rows("fields server, n | sort @timestamp desc | dedup server", found)
    assert [(one["server"], one["n"]) for one in last] == [("a", "3"), ("c", "2"), ("b", "1")]
    parts = rows(
        "fields jsonParse(@message) as j | unnest j.tags into tag | stats count(*) as c by tag "
        "| sort c desc | limit 1",
        found,
    )
    assert parts == [{"tag": "x", "c": "4"}]
    for condition, count in {
        "server in ['a', 'b']": 3,
        "server not in ['a', 'b']": 1,
        "@message like 'server'": 4,
        '@message not like /n": [12]/': 2,
        "server =~ /[bc]/": 2,
        "not (n > 1) and server != 'b'": 1,
        "n >= 1 and n <= 2 or server = 'a'": 4,
        "nothing != 1": 4,
    }.items():
        assert len(rows(f"filter {condition}", found)) == count, condition


def test_columns_of_stats_are_named_as_they_were_written():
    found = events(*[{"k": k, "n": n} for k, n in (("a", 1), ("b", 5), ("a", 3))], step=4 * MINUTE)
    query = "stats avg(n), count(*) by k | sort avg(n) desc | filter count(*) > 1 or avg(n) = 5"
    assert [one["k"] for one in rows(query, found)] == ["b", "a"]
    starts = [one["bin(5m)"] for one in rows("stats sum(n) by bin(5m) | sort bin(5m)", found)]
    assert starts == ["1970-01-01 00:00:00.000", "1970-01-01 00:05:00.000"]
    with pytest.raises(MalformedQuery, match="there is no function avg"):
        run("sort avg(n)", found, 0, 1, 0)


def test_limits_and_order():
    found = events(*[str(n) for n in range(10_050)], step=1)
    assert len(rows("fields @message", found)) == 10_000
    assert rows("fields @message", found)[0] == {"@message": "10049"}
    assert len(rows("fields @message", found, limit=7)) == 7
    assert len(rows("fields @message | limit 3", found, limit=7)) == 3
    assert len(rows("fields @message | limit any 3", found)) == 3
    assert len(rows("fields @message | limit 100000", found)) == len(found) > 10_000
    with pytest.raises(MalformedQuery, match="1 to 100000"):
        rows("fields @message | limit 100001", found)
    answer = run("filter @message like /^100/", found, 0, 5000, 0)
    assert (answer.matched, answer.scanned) == (11, 5001)


def test_natural_order():
    found = events(*[{"v": v} for v in ("file10", "file9", "10", "9", "b")])
    assert [one["v"] for one in rows("fields v | sort v asc", found)] == [
        "b",
        "file9",
        "file10",
        "9",
        "10",
    ]


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("", 0), ("fields", 6), ("filter a = ", 11), ("fields a | | limit 1", 11), ("limit 0", 6),
        ("stats a", 7), ("stats count(*) by", 17), ("fields foo(a)", 7), ("fields strlen()", 7),
        ("parse @message \"*\" as a, b", 26), ("parse @message /x/", 18), ("filter a in 5", 12),
        ("fields @timestamp as", 20), ("sort a sideways", 7), ("fields a limit 5", 9),
    ],
)  # fmt: skip
def test_malformed_queries(query, place):
    with pytest.raises(MalformedQuery) as refused:
        run(query, [], 0, 1, 0)
    assert refused.value.start == place


def test_orders_of_commands_that_the_service_refuses():
    for query in (
        "dedup a | sort b",
        "limit 5 | stats count(*)",
        "stats count(*) | stats count(*) | stats count(*)",
    ):
        with pytest.raises(MalformedQuery):
            run(query, [], 0, 1, 0)


def test_a_field_of_the_log_that_begins_with_at():
    """CWL_AnalyzeLogData-discoverable-fields.html: it is shown with one more @."""
    found = events('{"@message": "mine"}')
    assert rows("fields @@message as own | filter @@message = 'mine'", found) == [{"own": "mine"}]


def test_what_is_not_modelled_is_named():
    for query in (
        "pattern @message",
        "fields a | diff",
        "fields parseDate(a, 'yyyy')",
        "filter a in (stats count(*))",
    ):
        with pytest.raises(LabLimit):
            run(query, [], 0, 1, 0)
