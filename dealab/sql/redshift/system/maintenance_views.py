"""VACUUM, ANALYZE and materialized views: what was done to tables, and when.

https://docs.aws.amazon.com/redshift/latest/dg/r_STL_VACUUM.html, r_STL_ANALYZE.html,
SYS_VACUUM_HISTORY.html, r_STV_MV_INFO.html, SYS_MV_REFRESH_HISTORY.html (read 2026-11-23)
"""

from dealab.sql.redshift import matviews
from dealab.sql.redshift import namespace as spaces
from dealab.sql.redshift.system.looking import Look
from dealab.sql.redshift.system.registry import view

_STARTED = {
    "FULL": "Started",
    "SORT ONLY": "Started Sort Only",
    "DELETE ONLY": "Started Delete Only",
    "REINDEX": "Started Reindex",
    "RECLUSTER": "Started Recluster",
}


def query_of(look: Look, row: dict):
    """Return the Record of the statement that wrote a log row, or None."""
    for record in reversed(look.records()):
        if record.end and record.start <= row["start"] <= record.end:
            return record
    return None


@view(
    "stl_vacuum",
    "userid int, xid bigint, table_id int, status char(30), rows bigint, sortedrows int, "
    "blocks int, max_merge_partitions int, eventtime ts, reclaimable_rows bigint, "
    "reclaimable_space_mb bigint, cutoff_xid bigint, is_recluster int",
    access="superuser",
    page="r_STL_VACUUM",
)
def stl_vacuum(look):
    for row in look.log("vacuum"):
        shared = {
            "userid": look.user_id(row["user"]),
            "xid": row["xid"],
            "table_id": row["table_id"],
            "is_recluster": int(row["mode"] == "RECLUSTER"),
        }
        if row["skipped"]:
            yield {
                **shared,
                "status": "Skipped",
                "rows": row["rows_before"],
                "eventtime": row["start"],
                "reclaimable_rows": 0,
            }
            continue
        yield {
            **shared,
            "status": _STARTED[row["mode"]],
            "rows": row["rows_before"],
            "sortedrows": max(row["rows_before"] - row["sorted"], 0),
            "eventtime": row["start"],
            "reclaimable_rows": row["deleted"],
        }
        yield {
            **shared,
            "status": "Finished",
            "rows": row["rows_before"] - row["deleted"],
            "sortedrows": row["rows_before"] - row["deleted"],
            "eventtime": row["end"],
        }


@view(
    "svv_vacuum_summary",
    "table_name text, xid bigint, sort_partitions bigint, merge_increments bigint, "
    "elapsed_time bigint, row_delta bigint, sortedrow_delta bigint, block_delta int, "
    "max_merge_partitions int",
    access="superuser",
    page="r_SVV_VACUUM_SUMMARY",
)
def svv_vacuum_summary(look):
    for row in look.log("vacuum"):
        if not row["skipped"]:
            yield {
                "table_name": row["name"],
                "xid": row["xid"],
                "elapsed_time": int((row["end"] - row["start"]).total_seconds() * 1_000_000),
                "row_delta": -row["deleted"],
                "sortedrow_delta": row["sorted"],
            }


@view(
    "svv_vacuum_progress",
    "table_name text, status text, time_remaining_estimate text",
    access="superuser",
    page="r_SVV_VACUUM_PROGRESS",
)
def svv_vacuum_progress(look):
    """No vacuum runs while a query does: the last one is shown as complete."""
    for row in look.log("vacuum")[-1:]:
        yield {"table_name": row["name"], "status": "Skipped" if row["skipped"] else "Complete"}


@view(
    "sys_vacuum_history",
    "user_id int, transaction_id bigint, query_id bigint, database_name text, schema_name text, "
    "table_name text, table_id int, vacuum_type char(30), is_automatic bool, status char(40), "
    "start_time ts, end_time ts, record_time ts, duration int, rows_before_vacuum bigint, "
    "size_before_vacuum int, reclaimable_rows bigint, reclaimed_rows bigint, "
    "reclaimed_blocks bigint, sortedrows_before_vacuum int, sortedrows_after_vacuum int",
    access="own",
    page="SYS_VACUUM_HISTORY",
)
def sys_vacuum_history(look):
    kinds = {"SORT ONLY": "Sort", "DELETE ONLY": "Delete"}
    for row in look.log("vacuum"):
        record = query_of(look, row)
        yield {
            "user_id": look.user_id(row["user"]),
            "transaction_id": row["xid"],
            "query_id": record.query_id if record else None,
            "database_name": row["database"],
            "schema_name": row["schema"],
            "table_name": row["name"],
            "table_id": row["table_id"],
            "vacuum_type": kinds.get(row["mode"], row["mode"].capitalize()),
            "is_automatic": False,
            "status": "Skipped" if row["skipped"] else "Complete",
            "start_time": row["start"],
            "end_time": row["end"],
            "record_time": row["end"],
            "duration": int((row["end"] - row["start"]).total_seconds() * 1_000_000),
            "rows_before_vacuum": row["rows_before"],
            "reclaimable_rows": row["deleted"],
            "reclaimed_rows": row["deleted"],
            "sortedrows_before_vacuum": max(row["rows"] - row["sorted"], 0),
            "sortedrows_after_vacuum": row["rows"],
        }


@view(
    "stl_analyze",
    "userid int, xid bigint, database char(30), table_id int, status char(15), rows float, "
    "modified_rows float, threshold_percent int, is_auto char(1), starttime ts, endtime ts, "
    "prevtime ts, num_predicate_cols int, num_new_predicate_cols int, is_background char(1), "
    "auto_analyze_phase char(100)",
    access="superuser",
    page="r_STL_ANALYZE",
)
def stl_analyze(look):
    before: dict[int, object] = {}
    for row in look.log("analyze"):
        yield {
            "userid": look.user_id(row["user"]),
            "xid": row["xid"],
            "database": row["database"],
            "table_id": row["table_id"],
            "status": row["status"],
            "rows": float(row["rows"]),
            "modified_rows": float(row["modified_rows"]),
            "threshold_percent": row["threshold_percent"],
            "is_auto": "f",
            "starttime": row["start"],
            "endtime": row["end"],
            "prevtime": before.get(row["table_id"]),
            "is_background": "f",
        }
        before[row["table_id"]] = row["end"]


# --- materialized views ---------------------------------------------------------------


def mvs(look: Look):
    found = look.relations()
    return [one for one in found if isinstance(one, spaces.MaterializedView) and look.may_see(one)]


def letter(told) -> str:
    return "t" if told else "f"


@view(
    "stv_mv_info",
    "db_name char(128), schema char(128), name char(128), updated_upto_xid bigint, "
    "is_stale char(1), owner_user_name char(128), state int, autorewrite char(1), "
    "autorefresh char(1)",
    page="r_STV_MV_INFO",
)
def stv_mv_info(look):
    """The lab rewrites no query: autorewrite is f."""
    for one in mvs(look):
        yield {
            "db_name": one.database,
            "schema": one.schema,
            "name": one.name,
            "is_stale": letter(matviews.is_stale(look.engine, one)),
            "owner_user_name": one.owner,
            "state": one.state,
            "autorewrite": "f",
            "autorefresh": letter(one.auto_refresh),
        }


@view(
    "svv_mv_info",
    "database_name char(128), schema_name char(128), user_name char(128), name char(128), "
    "is_stale char(1), state int, autorewrite char(1), autorefresh char(1)",
    page="r_SVV_MV_INFO",
)
def svv_mv_info(look):
    for row in stv_mv_info(look):
        yield {
            "database_name": row["db_name"],
            "schema_name": row["schema"],
            "user_name": row["owner_user_name"],
            **{key: row[key] for key in ("name", "is_stale", "state")},
            **{key: row[key] for key in ("autorewrite", "autorefresh")},
        }


@view(
    "svl_mv_refresh_status",
    "db_name char(128), userid bigint, schema_name char(128), mv_name char(128), xid bigint, "
    "starttime ts, endtime ts, status text, refresh_type char(32)",
    access="own",
    page="r_SVL_MV_REFRESH_STATUS",
)
def svl_mv_refresh_status(look):
    for row in look.log("mv_refresh"):
        yield {
            "db_name": row["database"],
            "userid": look.user_id(row["user"]),
            "schema_name": row["schema"],
            "mv_name": row["name"],
            "xid": row["xid"],
            "starttime": row["start"],
            "endtime": row["end"],
            "status": row["status"],
            "refresh_type": row["refresh_type"],
        }


@view(
    "sys_mv_refresh_history",
    "user_id int, session_id int, transaction_id bigint, database_name char(128), "
    "schema_name char(128), mv_id bigint, mv_name char(128), refresh_type char(32), status text, "
    "start_time ts, end_time ts, duration bigint",
    access="own",
    page="SYS_MV_REFRESH_HISTORY",
)
def sys_mv_refresh_history(look):
    for row in look.log("mv_refresh"):
        record = query_of(look, row)
        found = look.objects.get("relation", row["database"], row["schema"], row["name"])
        yield {
            "user_id": look.user_id(row["user"]),
            "session_id": record.session_id if record else None,
            "transaction_id": row["xid"],
            "database_name": row["database"],
            "schema_name": row["schema"],
            "mv_id": found.oid if found is not None else None,
            "mv_name": row["name"],
            "refresh_type": row["refresh_type"],
            "status": row["status"],
            "start_time": row["start"],
            "end_time": row["end"],
            "duration": int((row["end"] - row["start"]).total_seconds() * 1_000_000),
        }


@view(
    "svv_mv_dependency",
    "database_name char(128), schema_name char(128), name char(128), "
    "dependent_database_name char(128), dependent_schema_name char(128), dependent_name char(128)",
    page="r_SVV_MV_DEPENDENCY",
)
def svv_mv_dependency(look):
    """Materialized views that read other materialized views."""
    by_oid = {one.oid: one for one in mvs(look)}
    for one in by_oid.values():
        for _, oid, _ in one.reads:
            other = by_oid.get(oid)
            if other is not None:
                yield {
                    "database_name": one.database,
                    "schema_name": one.schema,
                    "name": one.name,
                    "dependent_database_name": other.database,
                    "dependent_schema_name": other.schema,
                    "dependent_name": other.name,
                }
