"""Can a person read the table: types, NULL, numbers, limits, the bill line, safe HTML?"""

import re

from dealab.sql import render


def test_html_tells_null_from_empty_and_shows_types(athena):
    html = render.html(athena.run("SELECT CAST(NULL AS varchar) AS a, '' AS b, 5 AS n"))
    assert '<td class="null">NULL</td><td></td><td class="number">5</td>' in html
    assert "a<br><span>varchar</span>" in html
    assert 'scope="col"' in html


def test_html_is_escaped(athena):
    html = render.html(athena.run("SELECT '<script>alert(1)</script>' AS \"<b>x</b>\""))
    assert "<script>" not in html
    assert "<b>" not in html


def test_rows_are_limited_and_the_total_is_told(athena):
    result = athena.run("SELECT order_id FROM orders")
    html = render.html(result)
    assert html.count("<tr>") == render.SHOWN_ROWS + 1
    assert "The first 20 of 2,000 rows." in html
    assert "the first 20 of 2,000 rows" in render.plain(result)


def test_colors_come_from_the_theme():
    colors = re.findall(r"#[0-9a-f]{3,6}", render._STYLE)
    guarded = re.findall(
        r"var\(--jp-[a-z0-9-]+, (?:#[0-9a-f]{3,6}|inherit|0\.9em)\)", render._STYLE
    )
    assert len(guarded) >= len(colors)
    assert "background" not in render._STYLE


def test_bill_line(athena):
    line = render.summary(athena.run("SELECT sum(order_id) FROM orders"))
    assert line == "1 row · 18.20 KB scanned · 10 MB billed (the minimum) · $0.000048 in us-east-1"
    assert render.summary(athena.run("SELECT 1")) == "1 row · no data scanned, nothing billed"


def test_plain_text_fallback(athena):
    result = athena.run("SELECT i, s FROM kinds ORDER BY i")
    bundle = result._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"}
    assert "NULL" in bundle["text/plain"]
    assert bundle["text/plain"].splitlines()[1].split() == ["integer", "varchar"]


def test_nested_values_and_bytes_are_readable(athena):
    result = athena.run(
        "SELECT ARRAY[1, NULL], map(ARRAY['k'], ARRAY[true]), x'0aff', 1.5e0, CAST(ROW(1) AS "
        "ROW(a integer))"
    )
    cells = [render.cell(value) for value in result.rows[0]]
    assert cells == ["[1, null]", "{k=true}", "0a ff", "1.5", "{a=1}"]


def test_sizes_and_dollars():
    assert [render.size(n) for n in (0, 1023, 1024, 5 * 1024**2, 3 * 1024**4)] == [
        "0 bytes", "1,023 bytes", "1.00 KB", "5.00 MB", "3,072.00 GB",
    ]  # fmt: skip
    assert [render.dollars(x) for x in (0, 0.000048, 0.5, 12.3)] == [
        "$0",
        "$0.000048",
        "$0.50",
        "$12.30",
    ]


def test_show_and_describe_render_without_kinds(athena):
    result = athena.run("DESCRIBE orders")
    assert result.columns == ["col_name", "data_type", "comment"]
    assert ("order_month", "string", "") in result.rows
    assert "order_month" in render.html(result)
    assert list(result.df().columns) == result.columns


def test_show_statements(athena, redshift):
    assert ("orders",) in athena.run("SHOW TABLES").rows
    assert athena.run("SHOW TABLES 'orders*'").rows == [("orders",), ("orders_moved",)]
    assert athena.run("SHOW PARTITIONS orders").rows == [
        ("order_month=2026-04",),
        ("order_month=2026-05",),
    ]
    assert athena.run("SHOW COLUMNS IN people_csv").rows == [("id",), ("name",), ("age",)]
    assert athena.run("SHOW DATABASES").rows == [("default",), ("fernway",), ("other",)]
    assert ("kinds",) in redshift.run("SHOW TABLES").rows


def test_of_a_long_result_that_is_stored_little_is_shown(athena):
    long = athena.run("SELECT * FROM UNNEST(sequence(1, 21)) AS t(n)")
    short = athena.run("SELECT * FROM UNNEST(sequence(1, 20)) AS t(n)")
    assert render.html(long).count("<tr>") == 1 + 20
    long.stored_as = short.stored_as = "numbers"
    assert render.html(long).count("<tr>") == 1 + 5
    assert "The first 5 of 21 rows. All are in the DataFrame numbers." in render.html(long)
    assert "(the first 5 of 21 rows)" in render.plain(long)
    assert render.html(short).count("<tr>") == 1 + 20
