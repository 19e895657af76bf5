"""The dirt that docs/datasets.md promises is there, and its rules bring the lake back."""

import pytest

from dealab.datasets import variant

RECOVERED = {
    "orders": "SELECT * FROM orders",
    "order_lines": "SELECT * FROM order_lines",
    "customers": "SELECT * FROM customers",
    "products": "SELECT * FROM products",
    "clickstream": "SELECT * FROM clickstream WHERE event_date <= '2026-06-03'",
    "sensor_readings": "SELECT * FROM sensor_readings",
}


def same(connection, recovered: str, table: str) -> list:
    """Return rows that only one of two queries gives, columns matched by name."""
    names = [row[0] for row in connection.execute(f"DESCRIBE {table}").fetchall()]
    got = [row[0] for row in connection.execute(f"DESCRIBE {recovered}").fetchall()]
    assert sorted(got) == sorted(names)
    columns = ", ".join(f'"{name}"' for name in names)
    left, right = (f"SELECT {columns} FROM ({query})" for query in (recovered, table))
    return connection.execute(
        f"(({left}) EXCEPT ALL ({right})) UNION ALL (({right}) EXCEPT ALL ({left})) LIMIT 5"
    ).fetchall()


def test_every_documented_kind_has_a_query(page):
    assert sorted(page.names("count")) == sorted(page.counts)
    assert len(page.counts) >= 50


def test_counts_of_the_page_are_those_of_the_data(lake, page):
    found = {name: lake.execute(page.queries["count", name]).fetchone()[0] for name in page.counts}
    assert found == page.counts


@pytest.mark.parametrize("seed", [7, 11])
def test_a_small_universe_has_every_kind_of_dirt(open_lake, page, seed):
    with open_lake(variant(seed)) as small:
        missing = [
            name
            for name in page.counts
            if not small.execute(page.queries["count", name]).fetchone()[0]
        ]
    assert missing == []


@pytest.mark.parametrize("table", RECOVERED)
def test_the_rules_bring_the_lake_back(lake, page, table):
    assert same(lake, page.queries["recover", table], RECOVERED[table]) == []


@pytest.mark.parametrize("seed", [7, 11])
def test_the_rules_hold_in_other_universes(open_lake, page, seed):
    with open_lake(variant(seed)) as small:
        for table, query in RECOVERED.items():
            assert same(small, page.queries["recover", table], query) == [], table


def test_every_rule_is_needed(lake, page):
    """Does the comparison notice when a step of the cleaning is left out?"""
    for table, step, without in (
        ("orders", "SELECT DISTINCT *", "SELECT *"),
        ("orders", " WHERE order_ts IS NOT NULL", ""),
        ("orders", "replace(total_amount, ',', '')", "try_cast(total_amount AS DECIMAL(10, 2))"),
        ("order_lines", " WHERE order_id IN (SELECT order_id FROM orders)", ""),
        ("order_lines", "'0'", "'0.05'"),
        ("customers", "lower(trim(email))", "email"),
        ("clickstream", "WHERE user_id IS DISTINCT FROM 990001", ""),
        ("clickstream", "WHERE arrival = 1", ""),
        ("products", "weight.value / 1000", "weight.value"),
        ("sensor_readings", "WHERE value <> '-999'", ""),
    ):
        query = page.queries["recover", table]
        assert step in query
        assert same(lake, query.replace(step, without), RECOVERED[table]), (table, step)


def test_every_impossible_date_came_again_with_a_right_one(lake):
    lost = lake.execute(
        "SELECT count(*) FROM orders_raw WHERE order_ts LIKE '2026-02-30%' "
        "AND CAST(order_id AS BIGINT) NOT IN (SELECT order_id FROM orders)"
    ).fetchone()
    assert lost == (0,)


def test_the_last_change_of_a_customer_is_the_customer(lake, page):
    rows = lake.execute(
        f"""
        SELECT op, count(*),
               count(c.customer_id),
               count(*) FILTER ((l.email, l.city, l.state, l.loyalty_tier)
                              = (c.email, c.city, c.state, c.loyalty_tier))
        FROM ({page.queries["recover", "changes"]}) l LEFT JOIN customers c USING (customer_id)
        GROUP BY op
        """
    ).fetchall()
    assert {op for op, *_ in rows} == {"I", "U", "D"}
    for op, changed, there, equal in rows:
        if op == "D":
            assert there == 0
        else:
            assert there == equal == changed


def test_the_commit_time_alone_would_choose_wrongly(lake):
    """Is seq needed, or would the latest commit_ts do?"""
    wrong = lake.execute(
        """
        SELECT count(*) FROM (
          SELECT arg_max(email || city || loyalty_tier, (commit_ts, -seq)) AS by_time,
                 arg_max(email || city || loyalty_tier, seq) AS by_seq
          FROM customers_cdc WHERE op <> 'D' GROUP BY customer_id)
        WHERE by_time <> by_seq
        """
    ).fetchone()[0]
    assert wrong > 10
