"""Registered partitions: what exists for a query, and what it costs."""

import pytest

from dealab.sql import Athena, ServiceError
from dealab.sql.lake import Lake

UG = "https://docs.aws.amazon.com/athena/latest/ug/"


@pytest.fixture
def lab(lake_folder):
    engine = Athena(lake=Lake(lake_folder))
    engine.run("CREATE DATABASE lab")
    engine.database = "lab"
    for day in (14, 15, 16):
        engine.lake.put(f"s3://mine/orders/dt=2024-05-{day}/country=IN/a.csv", f"{day},x\n")
    engine.run(
        "CREATE EXTERNAL TABLE orders (id int, item string) PARTITIONED BY (dt string, country "
        "string) ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' LOCATION 's3://mine/orders/'"
    )
    return engine


def shown(lab, table="orders"):
    return [row[0] for row in lab.run(f"SHOW PARTITIONS {table}").rows]


def ids(lab, where="true"):
    return [row[0] for row in lab.run(f"SELECT id FROM orders WHERE {where} ORDER BY 1").rows]


def test_folder_without_registration_is_invisible(lab):
    """https://docs.aws.amazon.com/athena/latest/ug/partitions.html"""
    assert ids(lab) == []


def test_add_one_and_several_partitions(lab):
    """https://docs.aws.amazon.com/athena/latest/ug/alter-table-add-partition.html"""
    lab.run("ALTER TABLE orders ADD PARTITION (dt = '2024-05-14', country = 'IN')")
    assert ids(lab) == [14]
    lab.run(
        "ALTER TABLE orders ADD IF NOT EXISTS PARTITION (dt='2024-05-14', country='IN') "
        "PARTITION (country='IN', dt='2024-05-15') LOCATION 's3://mine/orders/dt=2024-05-16/'"
    )
    assert lab.run("SELECT id, dt, country FROM orders ORDER BY 1").rows == [
        (14, "2024-05-14", "IN"),
        (16, "2024-05-15", "IN"),
    ]
    assert shown(lab) == ["dt=2024-05-14/country=IN", "dt=2024-05-15/country=IN"]


REFUSED = [
    ("ADD PARTITION (dt='2024-05-14')", "doesn't contain all (2) partition columns", "Hive"),
    ("ADD PARTITION (dt='x', country='y', z='1')", "contains non-partition columns", "Hive"),
    ("ADD PARTITION (dt='2024-05-14', country='IN')", "Partition already exists", "Hive"),
    ("DROP PARTITION (dt='1999-01-01')", "Partition not found (dt = 1999-01-01)", "Hive 10006"),
    ("PARTITION (dt='x', country='y') SET LOCATION 's3://mine/x/'", "Partition not found", "Hive"),
    (
        "PARTITION (dt='2024-05-14', country='IN') RENAME TO PARTITION (dt='2024-05-15', "
        "country='IN')",
        "Partition already exists",
        "Hive",
    ),
    ("ADD PARTITION (dt='z', country='z') LOCATION 'nowhere'", "nowhere", "Hive"),
    (
        "DROP PARTITION (dt='2024-05-14') PURGE",
        "not supported",
        UG + "alter-table-drop-partition.html",
    ),
    (
        "PARTITION (dt='2024-05-14', country='IN') SET FILEFORMAT ORC",
        "not supported",
        UG + "unsupported-ddl.html",
    ),
    ("ADD PARTITION (dt='z' country='z')", "SYNTAX_ERROR", UG + "alter-table-add-partition.html"),
]


@pytest.mark.parametrize(("action", "words", "source"), REFUSED)
def test_refusal(lab, action, words, source):
    lab.run("MSCK REPAIR TABLE orders")
    before = shown(lab)
    with pytest.raises(ServiceError) as caught:
        lab.run(f"ALTER TABLE orders {action}")
    assert words in str(caught.value), source
    assert shown(lab) == before


def test_partition_of_a_table_without_keys(lab):
    """https://docs.aws.amazon.com/athena/latest/ug/troubleshooting-athena.html"""
    lab.run("CREATE EXTERNAL TABLE flat (a int) LOCATION 's3://mine/flat/'")
    with pytest.raises(ServiceError) as caught:
        lab.run("ALTER TABLE flat ADD PARTITION (dt = '2020-01-01')")
    assert str(caught.value) == (
        "FAILED: SemanticException table is not partitioned but partition spec exists: "
        "{dt=2020-01-01}"
    )
    with pytest.raises(ServiceError, match="Table flat is not a partitioned table"):
        lab.run("SHOW PARTITIONS flat")


@pytest.mark.parametrize(
    ("spec", "left"),
    [
        ("(dt = '2024-05-14', country = 'IN')", [15, 16]),
        (
            "(dt = '2024-05-14', country = 'IN'), PARTITION (dt = '2024-05-15', country = 'IN')",
            [16],
        ),
        ("(dt < '2024-05-16')", [16]),
        ("(dt >= '2024-05-15', dt <= '2024-05-15')", [14, 16]),
        ("(dt <> '2024-05-15')", [15]),
        ("(country = 'IN')", []),
    ],
)
def test_drop_partitions_and_keep_their_files(lab, spec, left):
    """https://docs.aws.amazon.com/athena/latest/ug/alter-table-drop-partition.html"""
    lab.run("MSCK REPAIR TABLE orders")
    lab.run(f"ALTER TABLE orders DROP PARTITION {spec}")
    assert ids(lab) == left
    assert len(lab.lake.files("s3://mine/orders/")) == 3
    lab.run("ALTER TABLE orders DROP IF EXISTS PARTITION (dt = '1999-01-01')")
    assert ids(lab) == left


def test_numbers_compare_as_numbers(lab):
    lab.run("CREATE EXTERNAL TABLE n (a string) PARTITIONED BY (year int) LOCATION 's3://mine/n/'")
    lab.run("ALTER TABLE n ADD PARTITION (year=9) PARTITION (year=10) PARTITION (year='11')")
    lab.run("ALTER TABLE n DROP PARTITION (year > 9)")
    assert shown(lab, "n") == ["year=9"]
    with pytest.raises(ServiceError, match="already exists"):
        lab.run("ALTER TABLE n ADD PARTITION (year=09)")
    with pytest.raises(ServiceError, match="cannot be converted to type int"):
        lab.run("ALTER TABLE n ADD PARTITION (year='last')")


def test_rename_keeps_the_files_where_they_are(lab):
    """https://docs.aws.amazon.com/athena/latest/ug/alter-table-rename-partition.html"""
    lab.run("ALTER TABLE orders ADD PARTITION (dt = '2024-05-14', country = 'IN')")
    lab.run(
        "ALTER TABLE orders PARTITION (dt = '2024-05-14', country = 'IN') RENAME TO "
        "PARTITION (dt = '2024-06-01', country = 'FR')"
    )
    assert lab.run("SELECT * FROM orders").rows == [(14, "x", "2024-06-01", "FR")]


def test_partition_moves_to_another_place(lab):
    """https://docs.aws.amazon.com/athena/latest/ug/alter-table-set-location.html"""
    lab.lake.put("s3://other/place/a.csv", "99,moved\n")
    lab.run("ALTER TABLE orders ADD PARTITION (dt = '2024-05-14', country = 'IN')")
    lab.run(
        "ALTER TABLE orders PARTITION (dt='2024-05-14', country='IN') SET LOCATION "
        "'s3://other/place/'"
    )
    assert lab.run("SELECT * FROM orders").rows == [(99, "moved", "2024-05-14", "IN")]


# --- MSCK ----------------------------------------------------------------------------------------


def test_repair_says_what_it_added(lab):
    """https://docs.aws.amazon.com/athena/latest/ug/msck-repair-table.html"""
    lab.run("ALTER TABLE orders ADD PARTITION (dt = '2024-05-14', country = 'IN')")
    rows = [row[0] for row in lab.run("MSCK REPAIR TABLE lab.orders").rows]
    assert rows == [
        "Partitions not in metastore:\torders:dt=2024-05-15/country=IN"
        "\torders:dt=2024-05-16/country=IN",
        "Repair: Added partition to metastore orders:dt=2024-05-15/country=IN",
        "Repair: Added partition to metastore orders:dt=2024-05-16/country=IN",
    ]
    assert ids(lab) == [14, 15, 16]
    assert lab.run("MSCK REPAIR TABLE orders").rows == []


def test_repair_never_removes(lab):
    """https://docs.aws.amazon.com/athena/latest/ug/msck-repair-table.html"""
    lab.run("MSCK REPAIR TABLE orders")
    lab.lake.delete("s3://mine/orders/dt=2024-05-14/")
    assert lab.run("MSCK REPAIR TABLE orders").rows == [
        ("Partitions missing from filesystem:\torders:dt=2024-05-14/country=IN",)
    ]
    assert len(shown(lab)) == 3


@pytest.mark.parametrize(
    "folder",
    [
        "DT=2024-06-01/country=IN",  # keys are lower case in the catalog
        "dt=2024-06-01/Country=IN",
        "2024-06-01/IN",
        "country=IN/dt=2024-06-01",
        "dt=2024-06-01",
        "_dt=2024-06-01/country=IN",
        "dt=/country=IN",
    ],
)
def test_repair_leaves_other_folders_alone(lab, folder):
    """https://docs.aws.amazon.com/athena/latest/ug/msck-repair-table.html"""
    lab.run("MSCK REPAIR TABLE orders")
    lab.lake.put(f"s3://mine/orders/{folder}/a.csv", "1,x\n")
    assert lab.run("MSCK REPAIR TABLE orders").rows == []


def test_repair_has_no_options(lab):
    for word in ("ADD", "DROP", "SYNC"):
        with pytest.raises(ServiceError, match="not supported"):
            lab.run(f"MSCK REPAIR TABLE orders {word} PARTITIONS")


def test_values_that_need_escapes(lab):
    lab.run("CREATE EXTERNAL TABLE e (a int) PARTITIONED BY (at string) LOCATION 's3://mine/e/'")
    lab.lake.put("s3://mine/e/at=10%3A30/a", "1\n")
    lab.run("MSCK REPAIR TABLE e")
    assert lab.run("SELECT a, at FROM e WHERE at = '10:30'").rows == [(1, "10:30")]
    assert shown(lab, "e") == ["at=10%3A30"]


def test_default_partition_is_null(lab):
    lab.run("CREATE EXTERNAL TABLE e (a int) PARTITIONED BY (k int) LOCATION 's3://mine/e/'")
    lab.lake.put("s3://mine/e/k=__HIVE_DEFAULT_PARTITION__/a", "1\n")
    lab.lake.put("s3://mine/e/k=5/a", "2\n")
    lab.run("MSCK REPAIR TABLE e")
    assert lab.run("SELECT a, k FROM e ORDER BY a").rows == [(1, None), (2, 5)]
    assert lab.run("SELECT a FROM e WHERE k IS NULL").rows == [(1,)]


# --- the bill --------------------------------------------------------


@pytest.mark.parametrize("moved", [False, True])
def test_a_condition_on_the_key_saves_bytes(lab, moved):
    """{UG}partitions.html: only the partitions that match are read, wherever they lie."""
    for day in (14, 15, 16):
        place = (
            f"s3://mine/moved/{day}/" if moved else f"s3://mine/orders/dt=2024-05-{day}/country=IN/"
        )
        lab.lake.put(place + "a.csv", f"{day},x\n" * 100)
        lab.run(
            f"ALTER TABLE orders ADD PARTITION (dt='2024-05-{day}', country='IN') "
            f"LOCATION '{place}'"
        )
    every = lab.run("SELECT count(*), min(item) FROM orders").bytes_scanned
    one = lab.run("SELECT count(*), min(item) FROM orders WHERE dt = '2024-05-15'").bytes_scanned
    two = lab.run("SELECT min(item) FROM orders WHERE dt > '2024-05-14'").bytes_scanned
    assert (every, one, two) == (1500, 500, 1000)
    assert lab.run("SELECT min(item) FROM orders WHERE dt = '1999-01-01'").bytes_scanned == 0


# --- a partition's own schema ----------------------------------------


def test_partition_whose_types_do_not_fit(lab):
    """https://docs.aws.amazon.com/athena/latest/ug/updates-and-partitions.html"""
    lab.run("MSCK REPAIR TABLE orders")
    lab.run(
        "ALTER TABLE orders PARTITION (dt='2024-05-14', country='IN') REPLACE COLUMNS "
        "(id boolean, item string)"
    )
    with pytest.raises(ServiceError) as caught:
        lab.run("SELECT id FROM orders")
    assert str(caught.value) == (
        "HIVE_PARTITION_SCHEMA_MISMATCH: There is a mismatch between the table and partition "
        "schemas. The types are incompatible and cannot be coerced. The column 'id' in table "
        "'lab.orders' is declared as type 'int', but partition 'dt=2024-05-14/country=IN' declared "
        "column 'id' as type 'boolean'."
    )
    assert ids(lab, "dt > '2024-05-14'") == [15, 16]


@pytest.mark.parametrize("kind", ["tinyint", "smallint", "string"])
def test_partition_whose_types_can_be_coerced(lab, kind):
    lab.run("MSCK REPAIR TABLE orders")
    lab.run(
        f"ALTER TABLE orders PARTITION (dt='2024-05-14', country='IN') CHANGE COLUMN id id {kind}"
    )
    assert ids(lab) == [14, 15, 16]


def test_partition_value_that_does_not_hold_its_type(lab):
    lab.run("CREATE EXTERNAL TABLE e (a int) PARTITIONED BY (k int) LOCATION 's3://mine/e/'")
    lab.lake.put("s3://mine/e/k=abc/a", "1\n")
    lab.run("MSCK REPAIR TABLE e")
    with pytest.raises(ServiceError, match="HIVE_INVALID_PARTITION_VALUE: Invalid partition value"):
        lab.run("SELECT * FROM e")


def test_partitions_as_a_table(lab):
    """https://docs.aws.amazon.com/athena/latest/ug/show-partitions.html"""
    lab.run("MSCK REPAIR TABLE orders")
    assert lab.run('SELECT * FROM lab."orders$partitions" ORDER BY dt DESC LIMIT 1').rows == [
        ("2024-05-16", "IN")
    ]
    lab.run("CREATE EXTERNAL TABLE flat (a int) LOCATION 's3://mine/flat/'")
    with pytest.raises(ServiceError, match="TABLE_NOT_FOUND"):
        lab.run('SELECT * FROM "flat$partitions"')


def test_partition_column_names_the_folder(lab):
    lab.run("MSCK REPAIR TABLE orders")
    assert lab.run('SELECT DISTINCT "$partition" FROM orders WHERE id = 15').rows == [
        ("dt=2024-05-15/country=IN",)
    ]


@pytest.mark.parametrize(
    "shape", ["s3://mine/m/{k}/{d}/", "s3://mine/m/d{d}-k{k}/", "s3://mine/m/{k}x/{k}/{d}/"]
)
def test_many_partitions_at_places_of_their_own(lab, shape):
    """Places that follow a pattern and places that do not give the same rows and the same bill."""
    lab.run(
        "CREATE EXTERNAL TABLE m (n int) PARTITIONED BY (k int, d string) LOCATION 's3://mine/m/'"
    )
    added = []
    for k in range(1, 15):
        place = shape.format(k=k, d=f"2024/0{k % 3 + 1}/01")
        lab.lake.put(f"{place}deep/er/a.txt", f"{k}\n")
        added.append(f"PARTITION (k={k}, d='2024/0{k % 3 + 1}/01') LOCATION '{place}'")
    lab.run(f"ALTER TABLE m ADD {' '.join(added)}")
    assert lab.run("SELECT n, k FROM m WHERE n <> k").rows == []
    assert lab.run("SELECT count(*), sum(n) FROM m").rows == [(14, 105)]
    result = lab.run("SELECT n, d FROM m WHERE k = 12")
    assert (result.rows, result.bytes_scanned) == ([(12, "2024/01/01")], 3)
    assert lab.run("SELECT sum(n) FROM m WHERE d = '2024/03/01'").rows == [(40,)]


def test_places_that_a_pattern_would_read_wrongly(lab):
    """``a-b-c``: where one value ends cannot be told from the address."""
    lab.run(
        "CREATE EXTERNAL TABLE m (n int) PARTITIONED BY (a string, b string) "
        "LOCATION 's3://mine/m/'"
    )
    added = []
    for at in range(12):
        lab.lake.put(f"s3://mine/m/x-y{at}-z/a.txt", f"{at}\n")
        added.append(f"PARTITION (a='x', b='y{at}-z') LOCATION 's3://mine/m/x-y{at}-z/'")
    lab.run(f"ALTER TABLE m ADD {' '.join(added)}")
    assert lab.run("SELECT DISTINCT a FROM m").rows == [("x",)]
    assert lab.run("SELECT n FROM m WHERE b = 'y3-z'").rows == [(3,)]
