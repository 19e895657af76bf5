"""Random sequences of changes, against a list of rows in Python."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from iceberg_lake import client, create, rows, snapshots

KEYS = st.integers(0, 9)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("insert"), st.lists(st.tuples(KEYS, st.integers(-5, 5)), max_size=6)),
        st.tuples(st.just("update"), KEYS, st.integers(-5, 5)),
        st.tuples(st.just("move"), KEYS, KEYS),
        st.tuples(st.just("delete"), KEYS, KEYS),
        st.tuples(st.just("merge"), st.dictionaries(KEYS, st.integers(-5, 5), max_size=4)),
        st.tuples(st.just("optimize")),
        st.tuples(st.just("rename")),
    ),
    min_size=1,
    max_size=9,
)
LAYOUTS = st.sampled_from(["", "k", "bucket(3, k)", "truncate(4, k)"])


def apply(athena, step, model, name):
    """Run one step and return the rows that the table should hold, and the value's column."""
    match step:
        case "insert", added:
            if added:
                listed = ", ".join(f"({key}, {value})" for key, value in added)
                athena.run(f"INSERT INTO t VALUES {listed}")
            return model + added, name
        case "update", key, value:
            done = athena.run(f"UPDATE t SET {name} = {name} * 2 + {value} WHERE k >= {key}")
            assert done.update_count == sum(k >= key for k, _ in model)
            return [(k, v * 2 + value if k >= key else v) for k, v in model], name
        case "move", old, new:
            athena.run(f"UPDATE t SET k = {new} WHERE k = {old}")
            return [(new if k == old else k, v) for k, v in model], name
        case "delete", low, high:
            done = athena.run(f"DELETE FROM t WHERE k BETWEEN {low} AND {high} AND {name} < 4")
            left = [(k, v) for k, v in model if not (low <= k <= high and v < 4)]
            assert done.update_count == len(model) - len(left)
            return left, name
        case "merge", source:
            if source:
                listed = ", ".join(f"({key}, {value})" for key, value in source.items())
                athena.run(
                    f"MERGE INTO t USING (VALUES {listed}) AS s (k, n) ON t.k = s.k "
                    f"WHEN MATCHED AND t.{name} > s.n THEN DELETE "
                    f"WHEN MATCHED THEN UPDATE SET {name} = s.n "
                    f"WHEN NOT MATCHED AND s.n <> 0 THEN INSERT (k, {name}) VALUES (s.k, s.n)"
                )
            held = {k for k, _ in model}
            kept = [(k, source.get(k, v)) for k, v in model if not v > source.get(k, v)]
            return kept + [(k, n) for k, n in source.items() if k not in held and n], name
        case ("optimize",):
            athena.run("OPTIMIZE t REWRITE DATA USING BIN_PACK")
        case ("rename",):
            other = "w" if name == "v" else "v"
            athena.run(f"ALTER TABLE t CHANGE COLUMN {name} {other} int")
            return model, other
    return model, name


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(LAYOUTS, STEPS)
def test_changes_and_time_travel(lake_folder, layout, steps):
    athena = client(lake_folder)
    create(
        athena,
        "t",
        "k int, v int",
        layout,
        optimize_rewrite_data_file_threshold="2",
        optimize_rewrite_delete_file_threshold="1",
    )
    model: list[tuple] = []
    name, history = "v", {}
    for step in steps:
        model, name = apply(athena, step, model, name)
        assert sorted(rows(athena, "SELECT * FROM t")) == sorted(model)
        assert rows(athena, "SELECT count(*) FROM t") == [(len(model),)]
        key = len(model) // 2
        assert rows(athena, f"SELECT count(*) FROM t WHERE k = {key}") == [
            (sum(k == key for k, _ in model),)
        ]
        known = snapshots(athena, "t")
        if known:
            history[known[-1]] = sorted(model)
    for number, expected in history.items():
        assert sorted(rows(athena, f"SELECT * FROM t FOR VERSION AS OF {number}")) == expected
    totals = rows(
        athena,
        "SELECT CAST(summary['total-records'] AS bigint) - "
        "CAST(summary['total-position-deletes'] AS bigint) FROM \"t$snapshots\" "
        "ORDER BY committed_at DESC LIMIT 1",
    )
    assert totals in ([], [(len(model),)])
