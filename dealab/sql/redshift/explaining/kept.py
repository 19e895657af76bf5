"""Plans of statements that ran: kept with their Records, made into Redshift's plan when asked for.

``runs`` keeps what DuckDB measured and which tables there were. The plan, its lines and its alerts
are worked out when STL_EXPLAIN or STL_ALERT_EVENT_LOG is read.
"""

import json

from dealab.sql.redshift.explaining import duckplan
from dealab.sql.redshift.explaining.builder import Builder
from dealab.sql.redshift.explaining.nodes import printed, title, walk

LARGE = 1_000_000  # rows sent, from which there is an alert


def built(look, record):
    """Return (Builder, root) of a statement's plan, or None where none was kept."""
    made = record.details.get("built")
    if made is not None:
        return made
    run = record.details.get("run")
    if run is None:
        return None
    plan, profile, known = run
    operators = json.loads(profile).get("operator") or []
    if not operators:
        return None
    builder = Builder(look.engine, plan, known)
    try:
        root = builder.build(operators[0])
    except Exception:  # a plan that EXPLAIN refuses is not in the log
        record.details.pop("run")
        return None
    made = record.details["built"] = (builder, root)
    return made


def rows(root, notes) -> list[tuple]:
    """Return (node id, parent's id, text, conditions) of each line of STL_EXPLAIN."""
    found = [
        (number, parent, title(node, depth), " ".join(node.lines))
        for node, depth, number, parent in walk(root)
    ]
    last = len(found)
    return [*found, *((last + at, 0, line, "") for at, line in enumerate(notes, 1))]


def notes(builder) -> list[str]:
    """Return the lines that EXPLAIN adds below a plan."""
    lines = []
    missing = builder.scans.missing_statistics()
    if missing:
        lines.append(f"----- Tables missing statistics: {', '.join(missing)} -----")
        lines.append("----- Update statistics by running the ANALYZE command on these tables -----")
    if builder.loops:
        lines.append(
            "----- Nested Loop Join in the query plan - review the join predicates to avoid "
            "Cartesian products -----"
        )
    return lines


def lines(builder, root) -> list[str]:
    return [*printed(root), *notes(builder)]


def alerts(builder, root) -> list[tuple[str, str]]:
    """Return (event, solution) of what is worth a warning.

    https://docs.aws.amazon.com/redshift/latest/dg/r_STL_ALERT_EVENT_LOG.html (read 2026-11-23)
    """
    found = []
    if builder.scans.missing_statistics():
        found.append(("Missing query planner statistics", "Run the ANALYZE command"))
    if builder.loops:
        found.append(
            (
                "Nested Loop Join in the query plan",
                "Review the join predicates to avoid Cartesian products",
            )
        )
    for node, _, _, _ in walk(root):
        found += of_scan(builder, node)
        found += of_join(builder, node)
    return list(dict.fromkeys(found))


def of_scan(builder, node) -> list[tuple[str, str]]:
    raw, table = builder.counted.get(id(node)), node.scan.table if node.scan else None
    if raw is None or table is None or duckplan.kind(raw) != "SEQ_SCAN":
        return []
    found = []
    whole, given = builder.scans.count(table), duckplan.actual(raw)
    if node.lines and given is not None and whole and given / whole < 0.05:
        found.append(
            (
                f"Very selective query filter:ratio=rows({given})/rows_pre_user_filter({whole})"
                f"={given / whole:.6f}",
                "Review the choice of sort key to enable range restricted scans, or run the VACUUM "
                "command to ensure the table is sorted",
            )
        )
    if table.deleted_rows > max(whole, 1):  # the service's own limit is not documented
        found.append(
            (
                f"Scanned a large number of deleted rows: {table.deleted_rows} rows were scanned",
                "Run the VACUUM command to reclaim deleted space",
            )
        )
    return found


def of_join(builder, node) -> list[tuple[str, str]]:
    if not node.label:
        return []
    sides = [duckplan.actual(builder.counted.get(id(one), {})) or one.rows for one in node.children]
    if node.label == "DS_DIST_ALL_INNER":
        return [
            (
                "DS_DIST_ALL_INNER for Hash Join in the query plan",
                "Review the choice of distribution style to distribute the inner table",
            )
        ]
    sent = {
        "DS_DIST_OUTER": sides[0],
        "DS_DIST_INNER": sides[-1],
        "DS_DIST_BOTH": sum(sides),
        "DS_BCAST_INNER": sides[-1],
    }.get(node.label, 0)
    if sent <= LARGE:
        return []
    if node.label == "DS_BCAST_INNER":
        return [
            (
                f"Broadcasted a large number of rows across the network: {sent} rows were "
                "broadcasted in order to process the join",
                "Review the choice of distribution key to collocate the join and consider using "
                "distributed tables",
            )
        ]
    return [
        (
            f"Distributed a large number of rows across the network: {sent} rows were distributed "
            "in order to process the aggregation",
            "Review the choice of distribution key to collocate the join or aggregation",
        )
    ]
