"""The Redshift Data API over a lake, in boto3's shapes.

    api = DataApi(lake)
    made = api.execute_statement(Database="dev", WorkgroupName="lab", Sql="SELECT 1 AS a")
    api.get_statement_result(Id=made["Id"])["Records"]

Methods, arguments and answers: https://docs.aws.amazon.com/redshift-data/latest/APIReference/
(checked 2026-11-23). A statement has run when ``execute_statement`` returns. Every cluster and
every serverless workgroup is the namespace ``lab`` of ``%%redshift``; without ``DbUser`` the user
is ``awsuser``. What the service refuses raises ServiceError; what the lab leaves out, LabLimit.
"""

import datetime
import re
import time
import uuid
from decimal import Decimal

from dealab.sql import render
from dealab.sql.errors import LabLimit, ServiceError
from dealab.sql.redshift import namespace as spaces
from dealab.sql.redshift.engine import Redshift

#: rows of one page of a result
PAGE = 1000
#: type of the lab -> typeName of ColumnMetadata, which is PostgreSQL's
TYPE_NAMES = {
    "smallint": "int2",
    "integer": "int4",
    "bigint": "int8",
    "real": "float4",
    "double precision": "float8",
    "boolean": "bool",
    "character varying": "varchar",
    "character": "bpchar",
    "timestamp without time zone": "timestamp",
    "timestamp with time zone": "timestamptz",
    "time without time zone": "time",
    "time with time zone": "timetz",
}
_PRECISION = {"int2": 5, "int4": 10, "int8": 19, "float4": 8, "float8": 17, "bool": 1, "date": 13}
_NAMESPACE = uuid.UUID("b7a5cf4e-0d4e-4f0f-9d0e-5a4f5f2b8c11")
#: strings, quoted names and comments are passed over; ``::`` is a cast
_TOKENS = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|--[^\n]*|/\*.*?\*/|::|:([A-Za-z_]\w*)", re.DOTALL)


class DataApi:
    """The operations of the Data API over one lake. ``notify(detail)`` is called for a statement
    that was sent with ``WithEvent``."""

    def __init__(self, lake, region: str = "us-east-1", notify=None):
        self.lake, self.region = lake, region
        self._notify = notify or (lambda detail: None)
        self._statements: dict[str, dict] = {}
        self._results: dict = {}  # statement id -> Result
        self._sessions: dict[str, tuple] = {}  # session id -> (engine, seconds it is kept, until)
        self._asked: dict[str, tuple] = {}  # client token -> (request, answer)

    # --- running ----------------------------------------------------------------------

    def execute_statement(self, Sql: str, Parameters=(), **given) -> dict:
        return self._once(Sql, given, lambda: self._execute(Sql, Parameters, given), Parameters)

    def batch_execute_statement(self, Sqls: list, Parameters=(), **given) -> dict:
        if Parameters:
            raise LabLimit("Parameters of BatchExecuteStatement", "all statements share them.")
        return self._once(Sqls, given, lambda: self._batch(Sqls, given))

    def _once(self, sql, given: dict, work, *more) -> dict:
        token = given.pop("ClientToken", None)
        request = repr((sql, sorted(given.items()), more))
        if token in self._asked:
            known, answer = self._asked[token]
            if known != request:
                raise _refused("The request parameters do not match those of the client token.")
            return answer
        answer = work()
        if token is not None:
            self._asked[token] = (request, answer)
        return answer

    def _execute(self, sql: str, parameters, given: dict) -> dict:
        text = filled(sql, parameters)
        made = self._new(given, QueryString=sql)
        if parameters:
            made["QueryParameters"] = list(parameters)
        begin = time.perf_counter_ns()
        engine = None
        try:
            engine = self._engine(made, given)
            if len(engine.split(text)) > 1:
                message = "cannot insert multiple commands into a prepared statement"
                raise ServiceError("42601", message)
            self._note(made, engine, engine.run(text))
        except ServiceError as problem:
            made |= {"Status": "FAILED", "Error": str(problem)}
        except BaseException:
            del self._statements[made["Id"]]
            raise
        finally:
            self._end(made, engine, begin, given)
        return _answer(made)

    def _batch(self, sqls: list[str], given: dict) -> dict:
        made = self._new(given)
        made["SubStatements"] = [
            {"Id": f"{made['Id']}:{at}", "QueryString": sql, "Status": "SUBMITTED"}
            | {"HasResultSet": False, "ResultRows": -1, "ResultSize": -1, "Duration": 0}
            | {"CreatedAt": made["CreatedAt"], "UpdatedAt": made["CreatedAt"]}
            for at, sql in enumerate(sqls, 1)
        ]
        begin, engine, at = time.perf_counter_ns(), None, 0
        try:
            engine = self._engine(made, given)
            engine.run("BEGIN")
            for sql, part in zip(sqls, made["SubStatements"], strict=True):
                at += 1
                start = time.perf_counter_ns()
                self._note(part, engine, engine.run(sql))
                part["Duration"] = time.perf_counter_ns() - start
            engine.run("COMMIT")
            made["Status"] = "FINISHED"
            made["RedshiftPid"] = engine.pid
            made["HasResultSet"] = any(part["HasResultSet"] for part in made["SubStatements"])
        except ServiceError as problem:
            made |= {"Status": "FAILED", "Error": str(problem)}
            if at:
                made["Error"] = f"Query #{at} failed with {problem}"
                made["SubStatements"][at - 1] |= {"Status": "FAILED", "Error": str(problem)}
            for part in made["SubStatements"][at:]:
                part["Status"] = "ABORTED"
        except BaseException:
            del self._statements[made["Id"]]
            raise
        finally:
            if engine is not None and engine.transaction is not None:
                engine.run("ROLLBACK")
            self._end(made, engine, begin, given)
        return _answer(made)

    def _new(self, given: dict, **more) -> dict:
        session = given.get("SessionId")
        if session is None:
            if not given.get("Database"):
                raise _refused("Database is a required parameter.")
            if bool(given.get("ClusterIdentifier")) == bool(given.get("WorkgroupName")):
                raise _refused("Provide either ClusterIdentifier or WorkgroupName, and not both.")
        elif session not in self._sessions or self._sessions[session][2] < _now():
            raise _refused("Session is not available.")
        if given.get("ResultFormat", "JSON") != "JSON":
            raise LabLimit(
                "ResultFormat CSV of the Data API", "GetStatementResultV2 hands out CSV text."
            )
        number = len(self._statements) + 1
        made = {
            "Id": str(uuid.uuid5(_NAMESPACE, f"{number}|{more}")),
            "Status": "STARTED",
            "CreatedAt": _now(),
            "HasResultSet": False,
            "ResultRows": -1,
            "ResultSize": -1,
            "RedshiftPid": 0,
            "RedshiftQueryId": 0,
            **{
                key: given[key]
                for key in ("ClusterIdentifier", "WorkgroupName", "Database", "DbUser", "SecretArn")
                if given.get(key)
            },
            **({"StatementName": given["StatementName"]} if given.get("StatementName") else {}),
            **more,
        }
        self._statements[made["Id"]] = made
        return made

    def _engine(self, made: dict, given: dict) -> Redshift:
        session = given.get("SessionId")
        if session is not None:
            engine, seconds, _ = self._sessions[session]
            made |= {"SessionId": session, "Database": engine.database}
            seconds = given.get("SessionKeepAliveSeconds", seconds)
        else:
            engine = self._connect(given["Database"], given.get("DbUser") or spaces.ADMIN)
            seconds = given.get("SessionKeepAliveSeconds")
            if seconds:
                made["SessionId"] = str(uuid.uuid5(_NAMESPACE, f"session|{made['Id']}"))
        if "SessionId" in made:
            until = _now() + datetime.timedelta(seconds=seconds)
            self._sessions[made["SessionId"]] = (engine, seconds, until)
        return engine

    def _connect(self, database: str, user: str) -> Redshift:
        space = spaces.namespace(self.lake)
        known = spaces.Objects(space.committed).get("database", database.lower())
        if known is None and self.lake.catalog.database(database) is None:
            raise ServiceError("3D000", f'database "{database}" does not exist')
        return Redshift(lake=self.lake, region=self.region, database=database, user=user)

    def _note(self, made: dict, engine: Redshift, result) -> None:
        made |= {"Status": "FINISHED", "RedshiftPid": engine.pid}
        made["RedshiftQueryId"] = result.query_id or 0
        made["HasResultSet"] = bool(result.columns)
        if result.columns:
            self._results[made["Id"]] = result
            made["ResultRows"] = len(result.rows)
            made["ResultSize"] = sum(len(text(v)) for row in result.rows for v in row)
        elif result.update_count is not None:
            made |= {"ResultRows": result.update_count, "ResultSize": 0}

    def _end(self, made: dict, engine, begin: int, given: dict) -> None:
        made["Duration"] = time.perf_counter_ns() - begin
        made["UpdatedAt"] = _now()
        for part in made.get("SubStatements", ()):
            part["UpdatedAt"] = made["UpdatedAt"]
        if engine is not None and "SessionId" not in made:
            engine.namespace.sessions.pop(engine.pid, None)  # the connection is closed
        if given.get("WithEvent") and made["Id"] in self._statements:
            self._notify(
                {
                    "principal": made.get("DbUser", spaces.ADMIN),
                    "statementId": made["Id"],
                    "statementName": made.get("StatementName", ""),
                    "redshiftQueryId": made["RedshiftQueryId"],
                    "state": made["Status"],
                    "rows": made["ResultRows"],
                    "expireAt": int((made["CreatedAt"] + datetime.timedelta(days=1)).timestamp()),
                }
            )

    # --- asking -----------------------------------------------------------------------

    def describe_statement(self, Id: str) -> dict:
        return dict(self._find(Id))

    def list_statements(self, Status: str = "ALL", StatementName: str = "", **page) -> dict:
        keys = ("Id", "QueryString", "StatementName", "Status", "CreatedAt", "UpdatedAt")
        listed = []
        for made in reversed(self._statements.values()):
            if Status in ("ALL", made["Status"]) and made.get("StatementName", "").startswith(
                StatementName
            ):
                one = {key: made[key] for key in keys if key in made}
                if "SubStatements" in made:
                    one["QueryStrings"] = [part["QueryString"] for part in made["SubStatements"]]
                listed.append(one | {"IsBatchStatement": "SubStatements" in made})
        page.pop("RoleLevel", None)
        return _page("Statements", listed, **page)

    def cancel_statement(self, Id: str) -> dict:
        state = self._find(Id)["Status"]
        raise _refused(f"Could not cancel a query that is already in {state} state with ID: {Id}")

    def get_statement_result(self, Id: str, NextToken: str | None = None) -> dict:
        self._find(Id)
        if Id not in self._results:
            raise _missing(
                "Query does not have result. Please check query status with DescribeStatement."
            )
        result = self._results[Id]
        page = _page("Records", result.rows, NextToken, PAGE)
        page["Records"] = [[_field(value) for value in row] for row in page["Records"]]
        return {
            **page,
            "ColumnMetadata": [
                _column(name, shown)
                for name, shown in zip(result.columns, result.types, strict=True)
            ],
            "TotalNumRows": len(result.rows),
        }

    def list_databases(self, Database: str, **given) -> dict:
        rows = self._ask(Database, given, "SELECT datname FROM pg_database ORDER BY 1")
        return _page("Databases", [name for (name,) in rows], **_pages(given))

    def list_schemas(self, Database: str, SchemaPattern: str = "%", **given) -> dict:
        sql = "SELECT nspname FROM pg_namespace ORDER BY 1"
        names = [name for (name,) in self._ask(Database, given, sql) if _like(SchemaPattern, name)]
        return _page("Schemas", names, **_pages(given))

    def list_tables(
        self, Database: str, SchemaPattern: str = "%", TablePattern: str = "%", **given
    ) -> dict:
        sql = "SELECT table_schema, table_name, table_type FROM svv_tables ORDER BY 1, 2"
        kinds = {"BASE TABLE": "TABLE"}
        listed = [
            {"schema": schema, "name": name, "type": kinds.get(kind, kind)}
            for schema, name, kind in self._ask(Database, given, sql)
            if _like(SchemaPattern, schema) and _like(TablePattern, name)
        ]
        return _page("Tables", listed, **_pages(given))

    def describe_table(self, Database: str, Table: str = "", Schema: str = "public", **given):
        sql = (
            "SELECT column_name, data_type, is_nullable, column_default, "
            "character_maximum_length, numeric_precision, numeric_scale FROM svv_columns "
            f"WHERE table_schema = '{Schema.replace(chr(39), chr(39) * 2)}' "
            f"AND table_name = '{Table.replace(chr(39), chr(39) * 2)}' ORDER BY ordinal_position"
        )
        columns = []
        for name, kind, nullable, default, length, precision, scale in self._ask(
            Database, given, sql
        ):
            one = _column(name, kind) | {
                "nullable": int(nullable == "YES"),
                "columnDefault": default,
            }
            one |= {"length": length or 0, "precision": precision or length or 0}
            one |= {"scale": scale or 0, "schemaName": Schema, "tableName": Table}
            columns.append({key: value for key, value in one.items() if value is not None})
        return {"TableName": Table, **_page("ColumnList", columns, **_pages(given))}

    # --- inside -----------------------------------------------------------------------

    def _ask(self, database: str, given: dict, sql: str) -> list[tuple]:
        if bool(given.get("ClusterIdentifier")) == bool(given.get("WorkgroupName")):
            raise _refused("Provide either ClusterIdentifier or WorkgroupName, and not both.")
        try:
            engine = self._connect(
                given.get("ConnectedDatabase") or database, given.get("DbUser") or spaces.ADMIN
            )
        except ServiceError as problem:
            raise _refused(str(problem)) from problem
        try:
            return engine.run(sql).rows
        finally:
            engine.namespace.sessions.pop(engine.pid, None)

    def _find(self, statement_id: str) -> dict:
        if not re.fullmatch(r"[a-z0-9]{8}(-[a-z0-9]{4}){3}-[a-z0-9]{12}(:\d+)?", statement_id):
            raise _refused(
                "id must satisfy regex pattern: "
                r"^[a-z0-9]{8}(-[a-z0-9]{4}){3}-[a-z0-9]{12}(:\d+)?$"
            )
        whole, _, part = statement_id.partition(":")
        made = self._statements.get(whole)
        parts = made.get("SubStatements", []) if made else []
        if made is None or (part and not 0 < int(part) <= len(parts)):
            raise _missing("Query does not exist.")
        return parts[int(part) - 1] if part else made


def filled(sql: str, parameters) -> str:
    """Put the values of ``:name`` marks into a statement, each as a literal of no type yet, as the
    Data API sends them. A count after LIMIT and OFFSET is a number.

    Raises ServiceError for a name without a value and for a value that nothing names.
    """
    values = {one["name"].lower(): one["value"] for one in parameters}
    used = set()

    def put(found):
        name = found[1]
        if name is None:
            return found[0]
        if not parameters:
            return found[0]
        if name.lower() not in values:
            raise _refused(f"No value is given for the parameter {name}.")
        used.add(name.lower())
        value = values[name.lower()]
        before = sql[: found.start()].rstrip().lower()
        if before.endswith(("limit", "offset")) and value.isdigit():
            return value
        return "'" + value.replace("'", "''") + "'"

    text_ = _TOKENS.sub(put, sql)
    if left := [one["name"] for one in parameters if one["name"].lower() not in used]:
        raise _refused(
            f"Parameters list contains unused parameters. Unused parameters: [{', '.join(left)}]"
        )
    return text_


def text(value) -> str:
    """Return a value's text as Redshift sends it: no fraction of a second that is zero."""
    if isinstance(value, datetime.datetime | datetime.time):
        shown = str(value)
        head, dot, rest = shown.partition(".")
        if dot:
            digits = re.match(r"\d+", rest)[0]
            head += f".{digits.rstrip('0')}{rest[len(digits) :]}"
        return re.sub(r"([+-]\d\d):00$", r"\1", head)
    return "" if value is None else render.cell(value)


def _field(value) -> dict:
    if value is None:
        return {"isNull": True}
    if isinstance(value, bool):
        return {"booleanValue": value}
    if isinstance(value, int):
        return {"longValue": value}
    if isinstance(value, float):
        return {"doubleValue": value}
    if isinstance(value, Decimal):
        return {"stringValue": format(value, "f")}
    if isinstance(value, bytes):
        return {"stringValue": value.hex()}
    return {"stringValue": value if isinstance(value, str) else text(value)}


def _column(name: str, shown: str) -> dict:
    """Return ColumnMetadata for a column of a type such as ``numeric(10,2)``."""
    kind, _, inside = shown.partition("(")
    numbers = [int(number) for number in re.findall(r"\d+", inside)]
    short = TYPE_NAMES.get(kind.strip(), kind.strip())
    precision = numbers[0] if numbers else _PRECISION.get(short, 0)
    return {
        "name": name,
        "label": name,
        "typeName": short,
        "precision": precision,
        "scale": numbers[1] if len(numbers) > 1 else 0,
        "length": numbers[0] if numbers and short in ("varchar", "bpchar") else 0,
        "nullable": 1,
        "isCaseSensitive": short in ("varchar", "bpchar"),
        "isCurrency": False,
        "isSigned": short in ("int2", "int4", "int8", "float4", "float8", "numeric"),
        "schemaName": "",
        "tableName": "",
    }


def _answer(made: dict) -> dict:
    keys = ("Id", "CreatedAt", "ClusterIdentifier", "WorkgroupName", "Database", "DbUser")
    return {key: made[key] for key in (*keys, "SecretArn", "SessionId") if key in made}


def _page(key: str, items: list, NextToken: str | None = None, MaxResults: int = PAGE) -> dict:
    if NextToken and not (NextToken.isdigit() and int(NextToken) < len(items)):
        raise _refused("NextToken is not valid.")
    start = int(NextToken or 0)
    end = start + (MaxResults or PAGE)
    return {key: items[start:end]} | ({"NextToken": str(end)} if end < len(items) else {})


def _pages(given: dict) -> dict:
    return {key: given[key] for key in ("NextToken", "MaxResults") if given.get(key)}


def _like(pattern: str, name: str) -> bool:
    made = "".join({"%": ".*", "_": "."}.get(mark, re.escape(mark)) for mark in pattern)
    return re.fullmatch(made, name) is not None


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


def _refused(message: str) -> ServiceError:
    return ServiceError("ValidationException", message)


def _missing(message: str) -> ServiceError:
    return ServiceError("ResourceNotFoundException", message)
