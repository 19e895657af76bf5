"""Partition projection: every type, its properties and its refusals."""

import datetime as dt

import pytest

from dealab.sql import Athena, LabLimit, ServiceError, javadates
from dealab.sql.lake import Lake

# rules and examples: .../partition-projection-supported-types.html and -setting-up.html
UG = "https://docs.aws.amazon.com/athena/latest/ug/"


@pytest.fixture
def lab(lake_folder):
    engine = Athena(lake=Lake(lake_folder))
    engine.run("CREATE DATABASE lab")
    engine.database = "lab"
    return engine


def make(lab, folders, keys, properties, rest=""):
    """A table ``p`` with one row in each folder: the folder's number."""
    for at, folder in enumerate(folders):
        lab.lake.put(f"s3://mine/p/{folder}/a.txt", f"{at}\n")
    listed = ", ".join(f"'{key}'='{value}'" for key, value in properties.items())
    lab.run(
        f"CREATE EXTERNAL TABLE p (n int) PARTITIONED BY ({keys}) LOCATION 's3://mine/p/' "
        f"TBLPROPERTIES ('projection.enabled'='true', {listed}{rest})"
    )


def numbers(lab, where="true"):
    return [row[0] for row in lab.run(f"SELECT n FROM p WHERE {where} ORDER BY 1").rows]


DAY = {"projection.k.type": "date", "projection.k.format": "yyyy-MM-dd"}

VALUES = [
    # (folders below the table, key's type, properties, numbers of the folders that are read)
    (
        ["k=A", "k=B", "k=C", "k= B"],
        "string",
        {"projection.k.type": " Enum ", "projection.k.values": "A, B,X"},
        [0, 3],  # white space is part of a value
    ),
    (
        ["k=-1", "k=0", "k=3", "k=4", "k=03"],
        "int",
        {"projection.k.type": "integer", "projection.k.range": " -1 , 3 "},
        [0, 1, 2],
    ),
    (
        ["k=1", "k=2", "k=3"],
        "int",
        {
            "projection.k.type": "integer",
            "projection.k.range": "1,3",
            "projection.k.interval": "2",
        },
        [0, 2],
    ),
    (
        ["k=1", "k=02", "k=03", "k=004"],
        "string",
        {"projection.k.type": "integer", "projection.k.range": "1,9", "projection.k.digits": "2"},
        [1, 2],
    ),
    (
        ["k=2024-01-01", "k=2024-12-31", "k=2025-01-01", "k=20240101"],
        "string",
        {**DAY, "projection.k.range": "2024-01-01,2024-12-31"},
        [0, 1],
    ),
    (
        ["k=2024-01-01", "k=2024-01-02", "k=2024-01-08"],
        "string",
        {
            **DAY,
            "projection.k.range": "2024-01-01,2024-12-31",
            "projection.k.interval": "1",
            "projection.k.interval.unit": "WEEKS",
        },
        [0, 2],
    ),
    (
        ["k=2017-01", "k=2017-02", "k=2017-03"],
        "string",
        {
            "projection.k.type": "date",
            "projection.k.format": "yyyy-MM",
            "projection.k.range": "2017-01,2018-12",
            "projection.k.interval": "2",
            "projection.k.interval.unit": "months",
        },
        [0, 2],
    ),
    (
        ["k=201701", "k=201813"],
        "string",
        {
            "projection.k.type": "date",
            "projection.k.format": "yyyyMM",
            "projection.k.range": "201701,201812",
        },
        [0],
    ),
    (
        ["k=01-01-2010-00-00-00", "k=01-01-2010-00-30-00", "k=01-01-2010-05-00-00"],
        "string",
        {
            "projection.k.type": "date",
            "projection.k.format": "dd-MM-yyyy-HH-mm-ss",
            "projection.k.range": "01-01-2010-00-00-00,31-12-2010-00-00-00",
            "projection.k.interval": "1",
            "projection.k.interval.unit": "HOURS",
        },
        [0, 2],
    ),
    (
        ["k=2023", "k=2024", "k=2031"],
        "int",
        {
            "projection.k.type": "date",
            "projection.k.format": "yyyy",
            "projection.k.range": "2020,2030",
            "projection.k.interval": "1",
            "projection.k.interval.unit": "YEARS",
        },
        [0, 1],
    ),
]


@pytest.mark.parametrize(("folders", "kind", "properties", "found"), VALUES)
def test_values_of_a_projected_column(lab, folders, kind, properties, found):
    make(lab, folders, f"k {kind}", properties)
    assert numbers(lab) == found


@pytest.mark.parametrize(
    ("ends", "found"),
    [
        ("NOW-3DAYS,NOW", [1, 2]),
        ("NOW - 1 WEEK , NOW", [0, 1, 2]),
        ("2020-01-01,NOW+1MONTH", [0, 1, 2, 3]),
        ("NOW,NOW", [2]),
        ("NOW-1YEARS,NOW-4DAYS", [0]),
    ],
)
def test_range_relative_to_now(lab, ends, found):
    today = dt.datetime.now(dt.UTC).date()
    days = [today - dt.timedelta(days=back) for back in (5, 2, 0, -3)]
    make(lab, [f"k={day}" for day in days], "k string", {**DAY, "projection.k.range": ends})
    assert numbers(lab) == found


def test_registered_partitions_do_not_count_and_need_no_repair(lab):
    """https://docs.aws.amazon.com/athena/latest/ug/partition-projection.html"""
    make(
        lab,
        ["k=A", "k=Z"],
        "k string",
        {"projection.k.type": "enum", "projection.k.values": "A,B"},
    )
    assert numbers(lab) == [0]
    lab.run("ALTER TABLE p ADD PARTITION (k='Z')")
    assert numbers(lab) == [0]
    assert lab.run("SHOW PARTITIONS p").rows == [("k=Z",)]
    lab.run("ALTER TABLE p SET TBLPROPERTIES ('projection.enabled'='false')")
    assert numbers(lab) == [1]


def test_template_for_folders_of_another_shape(lab):
    """https://docs.aws.amazon.com/athena/latest/ug/partition-projection-setting-up.html"""
    make(
        lab,
        ["eu/2024/01/05", "us/2024/01/06", "us/2024/01/07"],
        "region string, day string",
        {
            "projection.region.type": "enum",
            "projection.region.values": "us,eu",
            "projection.day.type": "date",
            "projection.day.format": "yyyy/MM/dd",
            "projection.day.range": "2024/01/01,2024/01/06",
            "storage.location.template": "s3://mine/p/${region}/${day}",
        },
    )
    rows = lab.run("SELECT n, region, day FROM p ORDER BY n").rows
    assert rows == [(0, "eu", "2024/01/05"), (1, "us", "2024/01/06")]


def test_template_may_lead_out_of_the_tables_place(lab):
    lab.lake.put("s3://other/x/A/a.txt", "42\n")
    make(
        lab,
        [],
        "k string",
        {
            "projection.k.type": "enum",
            "projection.k.values": "A",
            "storage.location.template": "s3://other/x/${k}/",
        },
    )
    assert numbers(lab) == [42]


def test_a_condition_on_a_projected_key_saves_bytes(lab):
    days = [f"2024/01/{day:02d}" for day in range(1, 29)]
    make(
        lab,
        days,
        "day string",
        {
            "projection.day.type": "date",
            "projection.day.format": "yyyy/MM/dd",
            "projection.day.range": "2020/01/01,NOW",
            "storage.location.template": "s3://mine/p/${day}/",
        },
    )
    assert lab.run("SELECT sum(n) FROM p").bytes_scanned == 10 * 2 + 18 * 3
    assert lab.run("SELECT sum(n) FROM p WHERE day = '2024/01/03'").bytes_scanned == 2
    assert lab.run("SELECT sum(n) FROM p WHERE day >= '2024/01/27'").bytes_scanned == 6
    query = "SELECT sum(n) FROM p WHERE day BETWEEN '2024/01/01' AND '2024/01/02'"
    assert lab.run(query).bytes_scanned == 4


# --- injected ---------------------------------------------------------------------------------


@pytest.fixture
def devices(lab):
    make(
        lab,
        ["dev-a", "dev-b", "dev-c"],
        "device string",
        {
            "projection.device.type": "injected",
            "storage.location.template": "s3://mine/p/${device}/",
        },
    )
    return lab


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("device = 'dev-b'", [1]),
        ("'dev-b' = device AND n >= 0", [1]),
        ("(p.device = 'dev-b')", [1]),
        ("device IN ('dev-a', 'dev-c', 'none')", [0, 2]),
        ("device = 'dev-a' AND device = 'dev-b'", []),
        ("device = 'none'", []),
    ],
)
def test_injected_column_takes_the_values_of_the_query(devices, where, found):
    """https://docs.aws.amazon.com/athena/latest/ug/partition-projection-dynamic-id-partitioning.html"""
    assert numbers(devices, where) == found


@pytest.mark.parametrize(
    "where",
    ["n = 1", "device > 'dev-a'", "device LIKE 'dev%'", "device = 'dev-a' OR n = 1",
     "device = lower('DEV-A')", "device = 'dev-a' AND device LIKE 'dev%'", "NOT device = 'dev-a'"],
)  # fmt: skip
def test_injected_column_without_static_equality(devices, where):
    """https://docs.aws.amazon.com/athena/latest/ug/partition-projection-dynamic-id-partitioning.html"""
    with pytest.raises(ServiceError) as caught:
        numbers(devices, where)
    assert str(caught.value) == (
        "CONSTRAINT_VIOLATION: For the injected projected partition column device, the WHERE "
        "clause must contain only static equality conditions, and at least one such condition "
        "must be present."
    )


def test_injected_column_takes_a_parameter(devices):
    assert devices.run("SELECT n FROM p WHERE device = ?", ["dev-b"]).rows == [(1,)]


def test_injected_column_twice_in_one_query(devices):
    assert devices.run(
        "SELECT n FROM p WHERE device = 'dev-a' UNION ALL SELECT n FROM p WHERE device = 'dev-c'"
    ).rows == [(0,), (2,)]


def test_injected_column_fixed_outside_a_subquery_is_a_limit(devices):
    with pytest.raises(LabLimit, match="injected column device"):
        devices.run("SELECT * FROM (SELECT * FROM p) WHERE device = 'dev-a'")


# --- wrong properties -----------------------------------------------------------------------------


def test_column_without_configuration(lab):
    """https://docs.aws.amazon.com/athena/latest/ug/partition-projection-setting-up.html"""
    properties = {"projection.a.type": "enum", "projection.a.values": "x"}
    make(lab, [], "a string, b string", properties)
    with pytest.raises(ServiceError) as caught:
        lab.run("SELECT * FROM p")
    assert str(caught.value) == (
        "HIVE_METASTORE_ERROR: Table lab.p is configured for partition projection, but the "
        "following partition columns are missing projection configuration: [b] (table lab.p)"
    )


@pytest.mark.parametrize(
    "properties",
    [
        {"projection.k.type": "list"},
        {"projection.k.type": "enum"},
        {"projection.k.type": "integer"},
        {"projection.k.type": "integer", "projection.k.range": "1"},
        {"projection.k.type": "integer", "projection.k.range": "a,b"},
        {"projection.k.type": "integer", "projection.k.range": "3,1"},
        {"projection.k.type": "date", "projection.k.range": "2024-01-01,NOW"},
        {**DAY, "projection.k.range": "2024/01/01,NOW"},
        {**DAY, "projection.k.range": "2024-01-02,2024-01-01"},
        {
            "projection.k.type": "date",
            "projection.k.format": "yyyy-MM-dd-HH",
            "projection.k.range": "2024-01-01-00,NOW",
        },
        {
            "projection.k.type": "enum",
            "projection.k.values": "a",
            "storage.location.template": "s3://mine/p/",
        },
    ],
)
def test_wrong_property(lab, properties):
    make(lab, [], "k string", properties)
    with pytest.raises(ServiceError, match="INVALID_TABLE_PROPERTY"):
        lab.run("SELECT * FROM p")


# --- Java's date patterns -----------------------------------------


@pytest.mark.parametrize(
    ("pattern", "written", "moment"),
    [
        ("yyyy-MM-dd", "2024-02-29", dt.datetime(2024, 2, 29)),
        ("yyyyMMddHH", "2024022923", dt.datetime(2024, 2, 29, 23)),
        ("dd-MMM-yyyy", "05-Jan-2024", dt.datetime(2024, 1, 5)),
        ("yyyy-MM-dd'T'HH:mm:ss.SSS", "2024-01-05T01:02:03.250",
         dt.datetime(2024, 1, 5, 1, 2, 3, 250000)),
        ("yyyy/DDD", "2024/060", dt.datetime(2024, 2, 29)),
        ("M/d/yy", "3/4/24", dt.datetime(2024, 3, 4)),
    ],
)  # fmt: skip
def test_java_pattern_reads_and_writes(pattern, written, moment):
    """https://docs.oracle.com/javase/8/docs/api/java/time/format/DateTimeFormatter.html"""
    layout = javadates.layout(pattern)
    assert layout.read(written) == moment
    assert layout.write(moment) == written


def test_java_pattern_that_the_lab_does_not_read():
    with pytest.raises(LabLimit, match="date pattern"):
        javadates.layout("YYYY-ww")
