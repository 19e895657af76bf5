"""What docs/datasets.md says holds in the lake."""

from itertools import pairwise

import pytest

NOTHING = {
    "an order's total is the sum of its lines": """
        SELECT order_id FROM orders FULL JOIN (
          SELECT order_id, sum(round(quantity * unit_price * (1 - discount), 2)) AS total
          FROM order_lines GROUP BY order_id) USING (order_id)
        WHERE total_amount IS DISTINCT FROM total""",
    "no line comes to half a cent": """
        SELECT order_id FROM order_lines
        WHERE (quantity * unit_price * (1 - discount) * 1000) % 10 = 5""",
    "customers exist and are older than their orders": """
        SELECT order_id FROM orders LEFT JOIN customers c USING (customer_id)
        WHERE customer_id IS NOT NULL AND (created_at IS NULL OR created_at > order_ts)""",
    "visitors are customers": """
        SELECT event_id FROM clickstream LEFT JOIN customers c ON user_id = customer_id
        WHERE user_id IS NOT NULL AND (created_at IS NULL OR created_at > event_ts)""",
    "only store orders have a store, and it was open": """
        SELECT order_id FROM orders LEFT JOIN stores USING (store_id)
        WHERE (channel = 'store') <> (opened IS NOT NULL) OR opened > CAST(order_ts AS DATE)""",
    "products exist and were on sale": """
        SELECT order_id FROM order_lines JOIN orders USING (order_id)
        LEFT JOIN products USING (product_id)
        WHERE launched IS NULL OR launched > CAST(order_ts AS DATE)""",
    "lines lie in the month of their order": """
        SELECT l.order_id FROM order_lines l LEFT JOIN orders o USING (order_id, order_month)
        WHERE o.order_id IS NULL OR o.order_month <> strftime(o.order_ts, '%Y-%m')""",
    "the app knows its customers": """
        SELECT order_id FROM orders WHERE channel = 'app' AND customer_id IS NULL""",
    "coupons begin in April": """
        SELECT order_id FROM orders WHERE coupon_code IS NOT NULL AND order_ts < '2026-04-01'""",
    "a purchase is an order": """
        SELECT event_id FROM clickstream c LEFT JOIN orders o
          ON o.order_ts = date_trunc('second', c.event_ts)
         AND o.customer_id IS NOT DISTINCT FROM c.user_id AND o.channel IN ('web', 'app')
        WHERE event_type = 'purchase' AND order_id IS NULL""",
    "what is bought was in the order": """
        SELECT event_id FROM clickstream c
        JOIN orders o ON o.order_ts = date_trunc('second', c.event_ts)
         AND o.customer_id IS NOT DISTINCT FROM c.user_id AND o.channel IN ('web', 'app')
        WHERE event_type = 'purchase' AND NOT EXISTS (
          SELECT 1 FROM order_lines l
          WHERE l.order_id = o.order_id AND l.product_id = c.product_id)""",
    "no event arrives before it happens": """
        SELECT event_id FROM clickstream WHERE received_ts <= event_ts""",
    "events lie in their partition": """
        SELECT event_id FROM clickstream WHERE event_date <> strftime(event_ts, '%Y-%m-%d')""",
    "a sensor stands in its warehouse": """
        SELECT sensor_id FROM sensor_readings WHERE NOT starts_with(sensor_id, warehouse)""",
    "a bill is amount times rate": """
        SELECT identity_line_item_id FROM cost_and_usage
        WHERE abs(line_item_usage_amount * CAST(line_item_unblended_rate AS DOUBLE)
                  - line_item_unblended_cost) > 1e-6""",
    "personal data is made up": """
        SELECT customer_id FROM customers
        WHERE NOT regexp_full_match(email, '[a-z]+[.][a-z]+[0-9]+@example[.](com|org|net)')
           OR phone NOT SIMILAR TO '[+]1-[0-9]{3}-555-01[0-9]{2}'""",
}


@pytest.mark.parametrize("rule", NOTHING)
def test_no_row_breaks_the_rule(lake, rule):
    assert lake.execute(f"{NOTHING[rule]} LIMIT 5").fetchall() == []


def test_row_counts_of_the_page(lake, page):
    found = {name: lake.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in page.rows}
    assert found == page.rows
    assert len(found) == 19


def one(lake, query: str):
    return lake.execute(query).fetchone()[0]


def test_a_funnel_narrows(lake):
    counts = dict(
        lake.execute(
            "SELECT event_type, count(DISTINCT session_id) FROM clickstream GROUP BY 1"
        ).fetchall()
    )
    steps = [counts[name] for name in ("page_view", "add_to_cart", "checkout", "purchase")]
    assert steps == sorted(steps, reverse=True)
    assert 0.01 < steps[-1] / steps[0] < 0.08


def test_popularity_is_skewed(lake):
    shares = lake.execute(
        "SELECT count(*) / sum(count(*)) OVER () AS share FROM order_lines "
        "GROUP BY product_id ORDER BY share DESC"
    ).fetchall()
    assert shares[0][0] > 0.06
    assert sum(share for (share,) in shares[:80]) > 0.6  # a fifth of the range


def test_the_garden_season_and_the_evening(lake):
    january, may = (
        one(lake, f"SELECT count(*) FROM orders WHERE order_month = '2026-{m}'")
        for m in ("01", "05")
    )
    assert may > 1.8 * january
    night, evening = (
        one(lake, f"SELECT count(*) FROM orders WHERE channel = 'web' AND hour(order_ts) = {h}")
        for h in (7, 0)  # 3 and 20 o'clock in New York
    )
    assert evening > 5 * night
    stores_at_night = "channel = 'store' AND hour(order_ts) BETWEEN 5 AND 11"
    assert one(lake, f"SELECT count(*) FROM orders WHERE {stores_at_night}") == 0


def test_returns_differ_by_category_and_store(lake):
    rates = dict(
        lake.execute(
            """
            SELECT category, avg(CAST(status = 'returned' AS INTEGER))
            FROM orders JOIN order_lines USING (order_id) JOIN products USING (product_id)
            WHERE order_ts < '2026-06-20' GROUP BY category
            """
        ).fetchall()
    )
    assert rates["Outdoor furniture"] > 2 * rates["Plants and seeds"]
    worst = one(
        lake,
        "SELECT store_id FROM orders WHERE channel = 'store' GROUP BY store_id "
        "ORDER BY avg(CAST(status = 'returned' AS INTEGER)) DESC LIMIT 1",
    )
    assert worst == 9


def test_pruning_inside_a_file_is_possible(folder):
    """Are there several row groups whose times do not overlap?"""
    import pyarrow.parquet as pq

    path = folder / "fernway-lake/clickstream/event_date=2026-06-10/part-0.parquet"
    file = pq.ParquetFile(path)
    place = file.schema_arrow.get_field_index("event_ts")
    groups = [file.metadata.row_group(i).column(place) for i in range(file.num_row_groups)]
    spans = [(group.statistics.min, group.statistics.max) for group in groups]
    assert len(spans) >= 3
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
