"""Redshift's statements: which module plans a statement, by its leading words.

Queries go to the binder. Everything else is read word by word (``dealab.sql.reading``) by the
function named here: ``function(engine, reader)`` returns a Plan and changes nothing before the plan
is carried out.
"""

import re
from importlib import import_module

from dealab.sql import joins, parsing
from dealab.sql.errors import LabLimit, ServiceError
from dealab.sql.reading import Reader, leading_words
from dealab.sql.redshift import transactions
from dealab.sql.results import Plan
from dealab.sql.signatures import functions

QUERIES = ("SELECT", "WITH", "(")

_POLICY_VERBS = ("CREATE", "ALTER", "DROP", "ATTACH", "DETACH")

#: leading words -> module:function; the longest that matches counts
FORMS: dict[str, str] = {
    "BEGIN": "blocks:begin",
    "START": "blocks:begin",
    "COMMIT": "blocks:commit",
    "END": "blocks:commit",
    "ROLLBACK": "blocks:rollback",
    "ABORT": "blocks:rollback",
    "CALL": "procedures:call",
    "CREATE PROCEDURE": "procedures:create",
    "CREATE OR REPLACE PROCEDURE": "procedures:create",
    "ALTER PROCEDURE": "procedures:alter",
    "DROP PROCEDURE": "procedures:drop",
    "SHOW PROCEDURE": "procedures:show",
    "CREATE FUNCTION": "sql_functions:create",
    "CREATE OR REPLACE FUNCTION": "sql_functions:create",
    "CREATE EXTERNAL FUNCTION": "sql_functions:create",
    "CREATE OR REPLACE EXTERNAL": "sql_functions:create",
    "ALTER FUNCTION": "sql_functions:alter",
    "DROP FUNCTION": "sql_functions:drop",
    "LOCK": "locking:lock",
    **{
        f"{verb} {what}": f"users:{verb.lower()}_{what.lower()}"
        for what in ("USER", "GROUP", "ROLE")
        for verb in ("CREATE", "ALTER", "DROP")
    },
    "SET SESSION AUTHORIZATION": "users:set_authorization",
    "SET LOCAL SESSION AUTHORIZATION": "users:set_authorization",
    "RESET SESSION AUTHORIZATION": "users:set_authorization",
    "GRANT": "grants:grant",
    "REVOKE": "grants:revoke",
    "ALTER DEFAULT PRIVILEGES": "grants:default_privileges",
    **{f"{verb} RLS POLICY": f"security:{verb.lower()}_rls" for verb in _POLICY_VERBS},
    **{f"{verb} MASKING POLICY": f"security:{verb.lower()}_masking" for verb in _POLICY_VERBS},
    "CREATE DATASHARE": "datashares:create",
    "ALTER DATASHARE": "datashares:alter",
    "DROP DATASHARE": "datashares:drop",
    "SHOW DATASHARES": "datashares:show",
    "DESC DATASHARE": "datashares:describe",
    "SHOW TABLES": "show:show_tables",
    "CREATE TABLE": "create_table:create_table",
    "CREATE TEMP TABLE": "create_table:create_table",
    "CREATE TEMPORARY TABLE": "create_table:create_table",
    "CREATE LOCAL": "create_table:create_table",
    "INSERT": "insert:insert",
    "UPDATE": "update:update",
    "DELETE": "update:delete",
    "MERGE": "merge:merge",
    "CREATE VIEW": "views:create_view",
    "CREATE OR REPLACE VIEW": "views:create_view",
    "CREATE MATERIALIZED VIEW": "matviews:create",
    "REFRESH MATERIALIZED VIEW": "matviews:refresh",
    "ALTER MATERIALIZED VIEW": "matviews:alter",
    "ALTER TABLE": "alter_table:alter_table",
    "CREATE SCHEMA": "schemas:create_schema",
    "ALTER SCHEMA": "schemas:alter_schema",
    "DROP SCHEMA": "schemas:drop_schema",
    "CREATE DATABASE": "schemas:create_database",
    "ALTER DATABASE": "schemas:alter_database",
    "DROP DATABASE": "schemas:drop_database",
    "USE": "schemas:use",
    "COMMENT ON": "comment:comment",
    "CREATE OR REPLACE MATERIALIZED": "unsupported:replace_view",
    "CREATE INDEX": "unsupported:refuse",
    "CREATE UNIQUE INDEX": "unsupported:refuse",
    "CREATE SEQUENCE": "unsupported:refuse",
    "CREATE TRIGGER": "unsupported:refuse",
    "CREATE RULE": "unsupported:refuse",
    "CREATE DOMAIN": "unsupported:refuse",
    "CREATE TYPE": "unsupported:refuse",
    "DROP INDEX": "unsupported:refuse",
    "VACUUM": "maintenance:vacuum",
    "ANALYZE": "maintenance:analyze",
    "ANALYZE COMPRESSION": "compression:analyze",
    "SET": "settings:set_parameter",
    "RESET": "settings:reset",
    "SHOW": "settings:show",
    "SHOW COLUMNS": "show:show_columns",
    "SHOW SCHEMAS": "show:show_schemas",
    "SHOW DATABASES": "show:show_databases",
    "SHOW TABLE": "show:show_table",
    "SHOW VIEW": "show:show_view",
    "SHOW CONSTRAINTS": "show:show_constraints",
    "SHOW PROCEDURES": "show_routines:show_routines",
    "SHOW FUNCTIONS": "show_routines:show_routines",
    "SHOW PARAMETERS": "show_routines:show_parameters",
    "SHOW GRANTS": "show_grants:show_grants",
    "SHOW COLUMN GRANTS": "show_grants:show_column_grants",
    "PREPARE": "prepared:prepare",
    "EXECUTE": "prepared:execute",
    "DEALLOCATE": "prepared:deallocate",
    "DECLARE": "cursors:declare",
    "FETCH": "cursors:fetch",
    "CLOSE": "cursors:close",
    "CANCEL": "cursors:cancel",
    "DROP TABLE": "drop:drop_table",
    "DROP VIEW": "drop:drop_view",
    "DROP MATERIALIZED VIEW": "drop:drop_materialized_view",
    "TRUNCATE": "drop:truncate",
    "EXPLAIN": "explain:explain",
    "COPY": "copy:copy",
    "UNLOAD": "unload:unload",
    "CREATE EXTERNAL SCHEMA": "external_schema:create",
    "ALTER EXTERNAL SCHEMA": "external_schema:alter",
    "CREATE EXTERNAL TABLE": "external_table:create",
    "CREATE EXTERNAL VIEW": "external_table:view",
    "CREATE EXTERNAL PROTECTED": "external_table:view",
    "ALTER EXTERNAL VIEW": "external_table:view",
    "DROP EXTERNAL VIEW": "external_table:view",
}


def form_of(words: list[str]) -> str | None:
    for count in range(len(words), 0, -1):
        found = FORMS.get(" ".join(words[:count]))
        if found:
            return found
    return None


def plan(engine, sql: str, parameters=()) -> Plan:
    """Return the plan of one statement."""
    words = leading_words(sql, 5)
    form = form_of(words)
    if words[:1] == ["PREPARE"]:
        from dealab.sql.redshift.statements import prepared

        sql = prepared.spaced(sql)
    reader = read(sql, parameters)
    if not reader.tokens:
        raise ServiceError("42601", "syntax error at end of input")
    ended = engine.aborted and engine.transaction is not None
    known = form is not None or (words[:1] and words[0] in QUERIES)
    if ended and known and not str(form).startswith("blocks:"):
        raise transactions.ended()
    if words and words[0] == "WITH":  # WITH ... UPDATE, WITH ... DELETE
        form = FORMS.get(verb_after_with(reader))
    if form is None:
        if words and words[0] in QUERIES:
            return plan_query(engine, reader)
        raise unknown(reader)
    module, _, name = form.partition(":")
    return getattr(import_module(f"{__name__}.{module}"), name)(engine, reader)


def verb_after_with(reader: Reader) -> str:
    """Return the word that begins the statement behind its WITH clause."""
    depth = 0
    for at in range(len(reader.tokens)):
        word = reader.word(at)
        depth += (word == "(") - (word == ")")
        if depth == 0 and word in ("SELECT", "UPDATE", "DELETE") and reader.word(at - 1) == ")":
            return word
    return ""


def read(sql: str, parameters=()) -> Reader:
    """Return a reader of one statement's tokens. Raises Redshift's syntax error."""
    from dealab.sql.redshift.dialect import RedshiftDialect

    def syntax_error(offset, token):
        line, column = parsing.Source(sql, []).line_column(offset)
        if token == '""':
            message = 'zero-length delimited identifier at or near """"'
            return ServiceError("42601", message, line, column)
        if token and re.search(r"(::\s*|\bCAST\s*\([^()]*\bAS\s+)$", sql[:offset], re.IGNORECASE):
            return ServiceError("42704", f'type "{token}" does not exist', line, column)
        shown = f'at or near "{token}"' if token and token != "<EOF>" else "at end of input"
        return ServiceError("42601", f"syntax error {shown}", line, column)

    tokens, source = parsing.tokenize(sql, RedshiftDialect, syntax_error)
    while tokens and tokens[-1].token_type.name == "SEMICOLON":
        tokens.pop()
    for token in tokens:
        if token.token_type.name == "SEMICOLON":
            raise syntax_error(token.start, ";")
    joins.check_order(tokens, lambda token: syntax_error(token.start, token.text), joins.REDSHIFT)
    return Reader(tokens, source, RedshiftDialect, syntax_error, parameters)


def plan_query(engine, reader: Reader) -> Plan:
    """Return the plan of a query: the rest of the reader's tokens."""
    from dealab.sql.redshift.statements import ctas

    tree = reader.query()
    if ctas.into_of(tree) is not None:
        return ctas.select_into(engine, reader, tree)
    query, binder = bind(engine, reader, tree)
    return engine.finish(query, binder, tree)


def bind(engine, reader: Reader, tree):
    """Bind a query's tree; return the bound query and its binder (with what it reads)."""
    binder = binder_of(engine, reader)
    query = binder.bind_query(tree, None)
    binder.check_parameters()
    return query, binder


def binder_of(engine, reader: Reader):
    from dealab.sql.redshift.rules import RedshiftBinder

    return RedshiftBinder(reader.source, engine, reader.parameters)


def bind_text(binder, sql: str):
    """Bind the query of a view inside another statement; what it reads is read by both."""
    reader = read(sql)
    inner = binder_of(binder.engine, reader)
    inner.tables, inner.reads = binder.tables, binder.reads
    return inner.bind_query(reader.query(), None)


def unknown(reader: Reader):
    """Return the refusal of a statement that no function plans: a limit by name, or a syntax
    error."""
    refused = functions("redshift").statements
    words = leading_words(reader.source.sql, 4)
    for count in range(len(words), 0, -1):
        name = " ".join(words[:count])
        if name in refused:
            return LabLimit(f"{name} in %%redshift", *refused[name])
    reader.accept_any("CREATE", "ALTER", "DROP", "SHOW")  # the word behind it is the wrong one
    return reader.fail()
