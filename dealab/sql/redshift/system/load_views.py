"""What COPY and UNLOAD left, and what Spectrum scanned.

https://docs.aws.amazon.com/redshift/latest/dg/r_STL_LOAD_ERRORS.html, SYS_LOAD_HISTORY.html,
r_STL_UNLOAD_LOG.html, r_SVL_S3QUERY_SUMMARY.html, SYS_EXTERNAL_QUERY_DETAIL.html and their
neighbors (read 2026-11-23)
"""

from dealab.sql.redshift.slices import PER_NODE, SLICES
from dealab.sql.redshift.system.history_views import microseconds
from dealab.sql.redshift.system.registry import read_columns, view

#: views whose rows the statements write themselves: name -> (columns, page)
LOGGED = {
    "stl_load_errors": (
        "userid int, slice int, tbl int, starttime ts, session int, query int, "
        "filename char(256), line_number bigint, colname char(127), type char(10), "
        "col_length char(10), position int, raw_line char(1024), raw_field_value char(1024), "
        "err_code int, err_reason char(100), is_partial int, start_offset bigint, "
        "copy_job_id bigint",
        "r_STL_LOAD_ERRORS",
    ),
    "stl_loaderror_detail": (
        "userid int, slice int, session int, query int, filename char(256), line_number bigint, "
        "field int, colname char(1024), value char(1024), is_null int, type char(10), "
        "col_length char(10)",
        "r_STL_LOADERROR_DETAIL",
    ),
    "stl_load_commits": (
        "userid int, query int, slice int, name char(256), filename char(256), byte_offset int, "
        "lines_scanned int, errors int, curtime ts, status int, file_format char(16), "
        "is_partial int, start_offset bigint, copy_job_id bigint",
        "r_STL_LOAD_COMMITS",
    ),
    "stl_file_scan": (
        "userid int, query int, slice int, name char(90), lines bigint, bytes bigint, "
        "loadtime bigint, curtime ts, is_partial int, start_offset bigint",
        "r_STL_FILE_SCAN",
    ),
    "stl_replacements": (
        "userid int, query int, slice int, tbl int, starttime ts, session int, "
        "filename char(256), line_number bigint, colname char(127), raw_line char(1024)",
        "r_STL_REPLACEMENTS",
    ),
    "stl_unload_log": (
        "userid int, query int, slice int, pid int, path char(1280), start_time ts, end_time ts, "
        "line_count bigint, transfer_size bigint, file_format char(10)",
        "r_STL_UNLOAD_LOG",
    ),
    "sys_load_history": (
        "user_id int, query_id bigint, transaction_id bigint, session_id int, "
        "database_name text, status text, table_name text, start_time ts, end_time ts, "
        "duration bigint, data_source text, file_format text, loaded_rows bigint, "
        "loaded_bytes bigint, source_file_count int, source_file_bytes bigint, "
        "file_count_scanned int, file_bytes_scanned bigint, error_count bigint, "
        "copy_job_id bigint",
        "SYS_LOAD_HISTORY",
    ),
    "sys_load_detail": (
        "user_id int, query_id int, file_name char(256), bytes_scanned int, lines_scanned int, "
        "record_time ts, splits_scanned int, start_time ts, end_time ts, file_etag char(256), "
        "file_last_modified ts",
        "SYS_LOAD_DETAIL",
    ),
    "sys_load_error_detail": (
        "user_id int, query_id bigint, transaction_id bigint, session_id int, "
        "database_name char(64), table_id int, start_time ts, file_name char(256), "
        "line_number bigint, column_name char(127), column_type char(10), "
        "column_length char(10), position int, error_code int, error_message char(512)",
        "SYS_LOAD_ERROR_DETAIL",
    ),
    "sys_unload_history": (
        "user_id int, query_id bigint, transaction_id bigint, session_id int, "
        "database_name text, status text, start_time ts, end_time ts, duration bigint, "
        "file_format text, compression_type text, unloaded_location text, "
        "unloaded_rows bigint, unloaded_files_count bigint, unloaded_files_size bigint, "
        "error_message text",
        "SYS_UNLOAD_HISTORY",
    ),
    "sys_unload_detail": (
        "user_id int, query_id int, session_id int, transaction_id bigint, "
        "file_name char(1280), start_time ts, end_time ts, line_count bigint, "
        "transfer_size bigint, file_format char(10)",
        "SYS_UNLOAD_DETAIL",
    ),
}
#: names under which a statement wrote what a view shows
_ALSO = {"line_count": "row_count", "transfer_size": "file_size"}


def _logged(name: str, columns: str, page: str) -> None:
    names = [one for one, _ in read_columns(columns)]

    @view(name, columns, access="own", page=page)
    def rows(look):
        for row in look.log(name):
            yield {one: row.get(one, row.get(_ALSO.get(one, one))) for one in names}


for _name, (_columns, _page) in LOGGED.items():
    _logged(_name, _columns, _page)


# --- Spectrum -------------------------------------------------------------------------


def scans(look):
    """Yield (record, number of the segment, scan) for every scan of an external table."""
    for record in look.records():
        for at, one in enumerate(record.details.get("external_scans", ())):
            yield record, at, one


def shares(whole: int) -> list[int]:
    """Return how a number of files falls on the slices."""
    return [whole // SLICES + (at < whole % SLICES) for at in range(SLICES)]


def letter(told) -> str:
    return "t" if told else "f"


def table_name(scan: dict) -> str:
    return f"S3 Scan {scan['database']}_{scan['table']}"


@view(
    "svl_s3query_summary",
    "userid int, query int, xid bigint, pid int, segment int, step int, starttime ts, endtime ts, "
    "elapsed int, aborted int, external_table_name char(136), file_format char(16), "
    "is_partitioned char(1), is_rrscan char(1), is_nested char(1), s3_scanned_rows bigint, "
    "s3_scanned_bytes bigint, s3query_returned_rows bigint, s3query_returned_bytes bigint, "
    "files int, files_max int, files_avg int, splits int, splits_max int, splits_avg int, "
    "total_split_size bigint, max_split_size bigint, avg_split_size bigint, total_retries int, "
    "max_retries int, max_request_duration int, avg_request_duration float, "
    "max_request_parallelism int, avg_request_parallelism float, total_slowdown_count bigint, "
    "max_slowdown_count int",
    access="own",
    page="r_SVL_S3QUERY_SUMMARY",
)
def svl_s3query_summary(look):
    """A file is one split here."""
    for record, at, scan in scans(look):
        files, size = scan["files"], scan["bytes"]
        per = shares(files)
        yield {
            "userid": look.user_id(record.user),
            "query": record.query_id,
            "xid": record.transaction_id,
            "pid": record.session_id,
            "segment": at,
            "step": 0,
            "starttime": record.start,
            "endtime": record.end,
            "elapsed": microseconds(record),
            "aborted": int(record.status != "success"),
            "external_table_name": table_name(scan),
            "file_format": scan["format"],
            "is_partitioned": letter(scan["partitioned"]),
            "is_rrscan": letter(scan["partitions_qualified"] < scan["partitions_total"]),
            "is_nested": letter(scan["nested"]),
            "s3_scanned_rows": scan["rows_scanned"],
            "s3_scanned_bytes": size,
            "s3query_returned_rows": scan["rows_returned"],
            "s3query_returned_bytes": scan["bytes_returned"],
            "files": files,
            "files_max": max(per),
            "files_avg": files // SLICES,
            "splits": files,
            "splits_max": max(per),
            "splits_avg": files // SLICES,
            "total_split_size": size,
            "avg_split_size": size // files if files else 0,
            "total_retries": 0,
            "max_retries": 0,
            "total_slowdown_count": 0,
            "max_slowdown_count": 0,
        }


@view(
    "svl_s3partition",
    "query int, segment int, node int, slice int, starttime ts, endtime ts, duration bigint, "
    "total_partitions int, qualified_partitions int, assigned_partitions int, "
    "assignment char(1)",
    page="r_SVL_S3PARTITION",
)
def svl_s3partition(look):
    for record, at, scan in scans(look):
        if not scan["partitioned"] or not mine(look, record):
            continue
        for slice_, assigned in enumerate(shares(scan["partitions_qualified"])):
            yield {
                "query": record.query_id,
                "segment": at,
                "node": slice_ // PER_NODE,
                "slice": slice_,
                "starttime": record.start,
                "endtime": record.end,
                "duration": microseconds(record),
                "total_partitions": scan["partitions_total"],
                "qualified_partitions": scan["partitions_qualified"],
                "assigned_partitions": assigned,
                "assignment": "p",
            }


@view(
    "svl_s3partition_summary",
    "query int, segment int, assignment char(1), min_starttime ts, max_endtime ts, "
    "min_duration bigint, max_duration bigint, avg_duration bigint, total_partitions int, "
    "qualified_partitions int, min_assigned_partitions int, max_assigned_partitions int, "
    "avg_assigned_partitions bigint",
    page="r_SVL_S3PARTITION_SUMMARY",
)
def svl_s3partition_summary(look):
    for record, at, scan in scans(look):
        if not scan["partitioned"] or not mine(look, record):
            continue
        spent, per = microseconds(record), shares(scan["partitions_qualified"])
        yield {
            "query": record.query_id,
            "segment": at,
            "assignment": "p",
            "min_starttime": record.start,
            "max_endtime": record.end,
            "min_duration": spent,
            "max_duration": spent,
            "avg_duration": spent,
            "total_partitions": scan["partitions_total"],
            "qualified_partitions": scan["partitions_qualified"],
            "min_assigned_partitions": min(per),
            "max_assigned_partitions": max(per),
            "avg_assigned_partitions": sum(per) // len(per),
        }


def mine(look, record) -> bool:
    return look.unrestricted or record.user == look.engine.user


@view(
    "svl_s3log",
    "pid int, query int, segment int, step int, node int, slice int, eventtime ts, message text",
    page="r_SVL_S3LOG",
)
def svl_s3log(look):
    """Spectrum writes its warnings here; the lab has none to tell."""
    return iter(())


@view(
    "sys_external_query_detail",
    "user_id int, query_id bigint, transaction_id bigint, child_query_sequence int, "
    "segment_id int, source_type char(32), start_time ts, end_time ts, duration bigint, "
    "total_partitions int, qualified_partitions int, scanned_files bigint, "
    "returned_rows bigint, returned_bytes bigint, file_format text, file_location text, "
    "external_query_text text, warning_message char(4000), table_name char(136), "
    "is_recursive char(1), is_nested char(1), s3list_time bigint, get_partition_time bigint",
    access="own",
    page="SYS_EXTERNAL_QUERY_DETAIL",
)
def sys_external_query_detail(look):
    for record, at, scan in scans(look):
        yield {
            "user_id": look.user_id(record.user),
            "query_id": record.query_id,
            "transaction_id": record.transaction_id,
            "child_query_sequence": 1,
            "segment_id": at,
            "source_type": "S3",
            "start_time": record.start,
            "end_time": record.end,
            "duration": microseconds(record),
            "total_partitions": scan["partitions_total"],
            "qualified_partitions": scan["partitions_qualified"],
            "scanned_files": scan["files"],
            "returned_rows": scan["rows_returned"],
            "returned_bytes": scan["bytes_returned"],
            "file_format": scan["format"],
            "file_location": scan["location"],
            "table_name": f"{scan['database']}.{scan['table']}",
            "is_recursive": "f",
            "is_nested": letter(scan["nested"]),
        }
