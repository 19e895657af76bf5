"""What a load leaves in the system tables: its errors also when everything is rolled back.

Columns as in https://docs.aws.amazon.com/redshift/latest/dg/r_STL_LOAD_ERRORS.html,
r_STL_LOADERROR_DETAIL.html, r_STL_LOAD_COMMITS.html, r_STL_FILE_SCAN.html, SYS_LOAD_HISTORY.html,
SYS_LOAD_DETAIL.html and SYS_LOAD_ERROR_DETAIL.html (read 2026-11-23).
"""

from dealab.sql.errors import ServiceError
from dealab.sql.redshift.history import now
from dealab.sql.redshift.loading.records import EMPTY, Bad
from dealab.sql.redshift.namespace import SLICES

SHORT_TYPES = {
    "smallint": "int2", "tinyint": "int2", "integer": "int4", "bigint": "int8", "real": "float4",
    "double": "float8", "decimal": "numeric", "boolean": "bool", "timestamp": "timestamp",
    "timestamptz": "timestamptz", "date": "date", "varchar": "varchar", "char": "char",
    "super": "super", "varbinary": "varbyte", "time": "time",
}  # fmt: skip
FILE_FORMATS = {
    "TEXT": "text",
    "CSV": "csv",
    "FIXEDWIDTH": "fixed width",
    "JSON": "json",
    "PARQUET": "parquet",
}


def user_id(engine) -> int:
    found = engine.objects.get("user", engine.user)
    return found.id if found is not None else 100


def ids(engine) -> tuple[int, int]:
    """Return the query's id and the transaction's."""
    record = getattr(engine, "record", None)
    query = record.query_id if record is not None else engine.namespace.next_query()
    return query, engine.transaction or 0


def failed(name: str, first: Bad | None, url: str, columns) -> ServiceError:
    """The error of a load that is rolled back.

    Seen with two blanks in apache/airflow and others' tests of COPY.
    """
    hint = ""
    if first is not None:
        where = f"column {columns[first.column].name}: " if _known(first, columns) else ""
        said = f"{where}{first.reason.strip()} (code {first.code})"
        hint = f"first error: line {first.line} of {url}: {said}."
    return ServiceError(
        "XX000",
        f"Load into table '{name}' failed.  Check 'stl_load_errors' system table for details.",
        hint=hint,
    )


def _known(bad: Bad, columns) -> bool:
    return bad.column is not None and bad.column < len(columns)


def write(
    engine, table, columns, found, records, options, loaded: int, errors: list[Bad], ok: bool
):
    """Add the rows of every system table that tells of a load."""
    space = engine.namespace
    query, transaction = ids(engine)
    user, moment = user_id(engine), now()
    record = getattr(engine, "record", None)
    start = record.start if record is not None else moment
    for bad in errors:
        error(engine, table, columns, found[bad.file].url, bad, query, transaction, user, moment)
    for at, one in enumerate(found):
        lines = records.lines.get(at, 0)
        shared = {"userid": user, "query": query, "slice": at % SLICES, "name": one.url}
        space.log(
            "stl_file_scan",
            **shared,
            lines=lines,
            bytes=one.size,
            loadtime=0,
            curtime=moment,
            is_partial=0,
            start_offset=0,
        )
        space.log(
            "sys_load_detail",
            user_id=user,
            query_id=query,
            file_name=one.url,
            bytes_scanned=one.size,
            lines_scanned=lines,
            splits_scanned=1,
            record_time=moment,
            start_time=start,
            end_time=moment,
        )
        if ok:
            space.log(
                "stl_load_commits",
                userid=user,
                query=query,
                slice=at % SLICES,
                name=table.name,
                filename=one.url,
                byte_offset=0,
                lines_scanned=lines,
                errors=sum(1 for bad in errors if bad.file == at),
                curtime=moment,
                status=1,
                file_format=FILE_FORMATS[options.format],
                is_partial=0,
                start_offset=0,
                copy_job_id=-1,
            )
    whole = sum(one.size for one in found)
    space.log(
        "sys_load_history", user_id=user, query_id=query, transaction_id=transaction,
        session_id=engine.pid, database_name=engine.database,
        status="completed" if ok else "aborted", table_name=table.name, start_time=start,
        end_time=moment, duration=int((moment - start).total_seconds() * 1_000_000),
        data_source=options.values.get("source", ""), file_format=FILE_FORMATS[options.format],
        loaded_rows=loaded if ok else 0, loaded_bytes=whole if ok else 0,
        source_file_count=len(found), source_file_bytes=whole, file_count_scanned=len(found),
        file_bytes_scanned=whole, error_count=len(errors), copy_job_id=-1,
    )  # fmt: skip
    for bad in records.replaced[:100]:
        space.log(
            "stl_replacements",
            userid=user,
            query=query,
            slice=bad.file % SLICES,
            tbl=table.oid,
            starttime=start,
            session=engine.pid,
            filename=found[bad.file].url,
            line_number=bad.line,
            colname=columns[bad.column].name,
            raw_line=bad.raw[:1024],
        )
    if record is not None:
        record.details.update(
            load_files=[one.url for one in found],
            load_bytes=whole,
            loaded_rows=loaded if ok else 0,
            load_errors=len(errors),
            authorization=options.values.get("authorization"),
        )


def error(engine, table, columns, url, bad: Bad, query, transaction, user, moment) -> None:
    space = engine.namespace
    column = columns[bad.column] if _known(bad, columns) else None
    kind = SHORT_TYPES.get(column.type.name, "") if column else ""
    length = ""
    if column and column.type.name in ("varchar", "char") and column.type.args[0]:
        length = str(column.type.args[0])
    elif column and column.type.name == "decimal":
        length = ", ".join(map(str, column.type.args))
    space.log(
        "stl_load_errors",
        userid=user,
        slice=bad.file % SLICES,
        tbl=table.oid,
        starttime=moment,
        session=engine.pid,
        query=query,
        filename=url,
        line_number=bad.line,
        colname=column.name if column else "",
        type=kind,
        col_length=length,
        position=bad.position,
        raw_line=bad.raw[:1024],
        raw_field_value=(bad.value or "")[:1024],
        err_code=bad.code,
        err_reason=bad.reason[:100],
        is_partial=0,
        start_offset=0,
        copy_job_id=-1,
    )
    space.log(
        "sys_load_error_detail",
        user_id=user,
        query_id=query,
        transaction_id=transaction,
        session_id=engine.pid,
        database_name=engine.database,
        table_id=table.oid,
        start_time=moment,
        file_name=url,
        line_number=bad.line,
        column_name=column.name if column else "",
        column_type=kind,
        column_length=length,
        position=bad.position,
        error_code=bad.code,
        error_message=bad.reason,
    )
    last = bad.column if bad.column is not None else len(columns) - 1
    for at, value in enumerate(bad.fields[: last + 1]):
        if at >= len(columns):
            break
        value = "" if value == EMPTY else value
        space.log(
            "stl_loaderror_detail",
            userid=user,
            slice=bad.file % SLICES,
            session=engine.pid,
            query=query,
            filename=url,
            line_number=bad.line,
            field=at,
            colname=columns[at].name,
            value=(value or "")[:1024],
            is_null=int(value is None),
            type=SHORT_TYPES.get(columns[at].type.name, ""),
            col_length="",
        )
