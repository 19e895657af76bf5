# ruff: noqa: E501 - a table reads best with one statement a line
"""EXPLAIN and EXPLAIN ANALYZE: the real plan of the real query, in Athena's words."""

import json

import pytest

from dealab.sql import Athena, LabLimit, Lake, ServiceError

PAGE = "https://docs.aws.amazon.com/athena/latest/ug/athena-explain-statement.html"
JOINED = (
    "SELECT o.channel, count(*) AS n FROM orders o JOIN orders_moved m ON o.order_id = m.order_id "
    "WHERE o.order_month = '2026-04' AND o.channel <> 'app' GROUP BY o.channel ORDER BY n DESC LIMIT 2"
)


@pytest.fixture
def engine(lake_folder):
    return Athena(lake=Lake(lake_folder))


def told(engine, sql):
    result = engine.run(sql)
    assert result.columns == ["Query Plan"]
    return "\n".join(row[0] for row in result.rows)


def test_a_scan_names_table_columns_and_types(engine):
    """The shape of the page's first example."""
    plan = told(engine, "EXPLAIN SELECT order_id, channel FROM orders")
    assert plan.startswith(
        "- Output[order_id, channel] => [[order_id, channel]]\n    - RemoteExchange[GATHER] => [[order_id, channel]]"
    )
    assert "- TableScan[awsdatacatalog:fernway:orders] => [[order_id, channel]]" in plan
    assert "LAYOUT: fernway.orders" in plan
    assert "order_id := order_id:bigint:0:REGULAR" in plan
    assert "channel := channel:string:1:REGULAR" in plan
    assert "note" not in plan


def test_partition_pruning_shows(engine):
    plan = told(
        engine, "EXPLAIN SELECT order_id, order_month FROM orders WHERE order_month = '2026-04'"
    )
    assert "order_month := order_month:string:-1:PARTITION_KEY\n" in plan
    assert ":: [[2026-04]]" in plan
    both = told(engine, "EXPLAIN SELECT order_id, order_month FROM orders")
    assert ":: [[2026-04], [2026-05]]" in both


def test_joins_and_aggregates(engine):
    plan = told(engine, f"EXPLAIN {JOINED}")
    for word in (
        "InnerJoin[",
        "Aggregate(PARTIAL)[",
        "Aggregate(FINAL)[",
        "RemoteExchange[REPARTITION]",
        "RemoteExchange[REPLICATE]",
        "LocalExchange[HASH]",
        "ScanFilterProject[table = awsdatacatalog:fernway:orders, filterPredicate = ",
        "TopN[2 by (",
        "Distribution: REPLICATED",
    ):
        assert word in plan, word


def test_fragments(engine):
    plan = told(engine, f"EXPLAIN (TYPE DISTRIBUTED) {JOINED}")
    assert plan.startswith(
        "Fragment 0 [SINGLE]\n    Output layout: [channel, n]\n    Output partitioning: SINGLE []"
    )
    assert "RemoteSource[1]" in plan
    assert "Fragment 1 [HASH]" in plan
    assert "[SOURCE]" in plan
    assert "Output partitioning: BROADCAST []" in plan
    assert "Output partitioning: HASH [channel]" in plan
    assert "RemoteExchange" not in plan


#: (query, a word of its plan): an operator for each kind of query
WORDS = [
    ("SELECT count(*) FROM orders", "Aggregate(FINAL)"),
    ("SELECT channel FROM orders ORDER BY 1", "LocalMerge["),
    ("SELECT channel FROM orders LIMIT 3", "LimitPartial[3]"),
    (
        "SELECT row_number() OVER (PARTITION BY channel ORDER BY order_id) AS r FROM orders",
        "Window[",
    ),
    ("SELECT a.id FROM people_csv a LEFT JOIN people_csv b ON a.id = b.name", "Join["),
    ("SELECT 1 FROM people_csv a CROSS JOIN people_csv b", "CrossJoin"),
    ("SELECT id FROM people_csv UNION ALL SELECT name FROM people_csv", "Union"),
    ("SELECT id FROM people_csv WHERE id IN (SELECT name FROM people_csv)", "SemiJoin["),
    ("VALUES 1, 2", "Values"),
    ("SELECT x FROM people_csv CROSS JOIN UNNEST(ARRAY[1, 2]) AS t(x)", "Output[x]"),
    (
        "WITH RECURSIVE t(n) AS (VALUES 1 UNION ALL SELECT n + 1 FROM t WHERE n < 3) SELECT n FROM t",
        "Output[n]",
    ),
    ("SELECT id FROM people_csv WHERE name LIKE 'A%'", "filterPredicate = "),
]


@pytest.mark.parametrize(("sql", "word"), WORDS, ids=lambda part: None)
def test_operators(engine, sql, word):
    for kind in ("LOGICAL", "DISTRIBUTED"):
        assert word in told(engine, f"EXPLAIN (TYPE {kind}) {sql}")
    assert "Output[" in told(engine, f"EXPLAIN ANALYZE {sql}")


def test_explain_is_free_and_analyze_is_billed(engine):
    assert engine.run(f"EXPLAIN {JOINED}").billed_bytes == 0
    ran, seen = engine.run(JOINED), engine.run(f"EXPLAIN ANALYZE {JOINED}")
    assert seen.bytes_scanned == ran.bytes_scanned > 0
    assert seen.billed_bytes == ran.billed_bytes == 10 * 1024**2


def test_analyze_counts_real_rows(engine):
    plan = told(
        engine,
        "EXPLAIN ANALYZE SELECT order_id, note FROM orders WHERE order_month = '2026-04' AND order_id < 500",
    )
    assert "Fragment 0 [SINGLE]" in plan
    scan = plan.split("ScanFilterProject[")[1].split("LAYOUT")[0]
    assert "Output: 500 rows" in scan
    assert "CPU: " in scan


def test_analyze_of_writes_writes(engine):
    plan = told(engine, "EXPLAIN ANALYZE CREATE TABLE made AS SELECT order_id FROM orders")
    assert "TableCommit[awsdatacatalog]" in plan
    assert "TableWriter[order_id]" in plan
    assert engine.run("SELECT count(*) FROM made").rows == [(2000,)]
    told(engine, "EXPLAIN ANALYZE INSERT INTO made VALUES (1)")
    assert engine.run("SELECT count(*) FROM made").rows == [(2001,)]


def test_explain_of_writes_changes_nothing(engine):
    assert "TableWriter[order_id]" in told(
        engine, "EXPLAIN CREATE TABLE made AS SELECT order_id FROM orders"
    )
    assert engine.catalog.find("fernway", "made") is None
    assert "TableWriter[a]" in told(
        engine, "EXPLAIN UNLOAD (SELECT 1 AS a) TO 's3://out/u/' WITH (format = 'JSON')"
    )
    assert not engine.lake.exists("s3://out/u/")
    before = engine.run("SELECT count(*) FROM orders_moved").rows
    assert "TableWriter[order_id, channel, batch]" in told(
        engine, "EXPLAIN INSERT INTO orders_moved VALUES (1, 'a', 2)"
    )
    assert engine.run("SELECT count(*) FROM orders_moved").rows == before


def test_validate(engine):
    result = engine.run("EXPLAIN (TYPE VALIDATE) SELECT * FROM orders")
    assert (result.columns, result.types, result.rows) == (["Valid"], ["boolean"], [(True,)])
    with pytest.raises(ServiceError, match="nope"):
        engine.run("EXPLAIN (TYPE VALIDATE) SELECT nope FROM orders")


def test_io_lists_tables_and_partitions(engine):
    for options in ("(TYPE IO, FORMAT JSON)", "(FORMAT JSON, TYPE IO)", "(TYPE IO)"):
        found = json.loads(
            told(
                engine,
                f"EXPLAIN {options} SELECT order_id FROM orders WHERE order_month = '2026-05'",
            )
        )
        (table,) = found["inputTableColumnInfos"]
        assert table["table"] == {
            "catalog": "awsdatacatalog",
            "schemaTable": {"schema": "fernway", "table": "orders"},
        }
        (constraint,) = table["columnConstraints"]
        assert constraint["columnName"] == "order_month"
        assert constraint["domain"]["ranges"][0]["low"] == {"value": "2026-05", "bound": "EXACTLY"}


def test_json(engine):
    tree = json.loads(told(engine, "EXPLAIN (FORMAT JSON) SELECT order_id FROM orders"))
    assert tree["name"] == "Output"
    assert tree["outputs"] == ["order_id"]
    assert tree["children"][0]["children"][0]["name"] == "TableScan"
    parts = json.loads(
        told(engine, "EXPLAIN (FORMAT JSON, TYPE DISTRIBUTED) SELECT order_id FROM orders")
    )
    assert list(parts) == ["0", "1"]
    ran = json.loads(told(engine, "EXPLAIN ANALYZE (FORMAT JSON) SELECT order_id FROM orders"))
    assert ran["fragments"][0]["stageStats"]["outputRows"] == "2000 rows"


def test_graph(engine):
    graph = told(engine, "EXPLAIN (FORMAT GRAPHVIZ) SELECT count(*) FROM orders")
    assert graph.startswith("digraph logical_plan {")
    assert "plannode_1 -> plannode_2;" in graph
    assert graph.count("{") == graph.count("}")
    assert told(engine, "EXPLAIN (FORMAT GRAPHVIZ, TYPE DISTRIBUTED) SELECT 1 AS x").startswith(
        "digraph distributed_plan {"
    )


def test_no_path_of_the_machine(engine, lake_folder):
    for sql in (JOINED, "SELECT id FROM people_csv WHERE \"$path\" LIKE '%a%'"):
        for word in ("EXPLAIN", "EXPLAIN ANALYZE", "EXPLAIN (FORMAT JSON)"):
            assert str(lake_folder) not in told(engine, f"{word} {sql}")


#: (statement, code, part)
REFUSED = [
    ("EXPLAIN", "SYNTAX_ERROR", "<EOF>"),
    ("EXPLAIN SHOW TABLES", "NOT_SUPPORTED", "SHOW"),
    ("EXPLAIN DROP TABLE orders", "NOT_SUPPORTED", "DROP"),
    ("EXPLAIN (FORMAT YAML) SELECT 1", "SYNTAX_ERROR", "mismatched input 'YAML'"),
    ("EXPLAIN (TYPE LOGICAL, TYPE IO) SELECT 1", "SYNTAX_ERROR", "Duplicate"),
    ("EXPLAIN (TYPE IO, FORMAT TEXT) SELECT 1", "NOT_SUPPORTED", "JSON"),
    ("EXPLAIN ANALYZE (TYPE LOGICAL) SELECT 1", "SYNTAX_ERROR", "DISTRIBUTED"),
    ("EXPLAIN ANALYZE (FORMAT GRAPHVIZ) SELECT 1", "NOT_SUPPORTED", "TEXT and JSON"),
    ("EXPLAIN SELECT nope FROM orders", "COLUMN_NOT_FOUND", "line 1:16: Column 'nope'"),
    ("EXPLAIN ANALYZE SELECT 1/0", "DIVISION_BY_ZERO", ""),
    ("EXPLAIN SELECT 1 FOO BAR BAZ", "SYNTAX_ERROR", ""),
]


@pytest.mark.parametrize(("sql", "code", "part"), REFUSED, ids=lambda part: None)
def test_refused(engine, sql, code, part):
    with pytest.raises(ServiceError) as caught:
        engine.run(sql)
    assert caught.value.code == code, str(caught.value)
    assert part in str(caught.value)


def test_row_changes_are_a_limit(engine):
    with pytest.raises(LabLimit, match="EXPLAIN of DELETE"):
        engine.run("EXPLAIN DELETE FROM orders WHERE order_id = 1")


def test_iceberg_tables(engine):
    engine.run(
        "CREATE TABLE ice WITH (table_type = 'ICEBERG', is_external = false, location = 's3://out/ice/') AS SELECT 1 AS n, 'a' AS p"
    )
    plan = told(engine, "EXPLAIN SELECT p FROM ice WHERE n = 1")
    assert (
        "ScanFilterProject[table = awsdatacatalog:fernway:ice, filterPredicate = (n = 1)]" in plan
    )
    assert "TableWriter[n, p]" in told(engine, "EXPLAIN INSERT INTO ice VALUES (2, 'b')")
    assert "TableWriter[n, p]" in told(engine, "EXPLAIN ANALYZE INSERT INTO ice VALUES (2, 'b')")
    assert engine.run("SELECT count(*) FROM ice").rows == [(2,)]
