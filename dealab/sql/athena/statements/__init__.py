"""Athena's statements: which module plans a statement, by its leading words.

Queries go to the binder. Everything else is read word by word (``dealab.sql.reading``) by the
function named here: ``function(engine, reader)`` returns a Plan and changes nothing before the plan
is carried out. Statements that Athena hands to Hive's parser (names in backquotes) are marked
``hive``; the others have Trino's grammar.
"""

import re
from importlib import import_module

from dealab.sql import parsing
from dealab.sql.errors import ServiceError
from dealab.sql.reading import Reader, leading_words
from dealab.sql.results import Plan

QUERIES = ("SELECT", "WITH", "VALUES", "TABLE", "(")

#: leading words -> (grammar, module:function); the longest that matches counts
FORMS: dict[str, tuple[str, str]] = {
    "CREATE DATABASE": ("hive", "databases:create"),
    "CREATE SCHEMA": ("hive", "databases:create"),
    "CREATE EXTERNAL TABLE": ("hive", "create_table:create"),
    "CREATE TABLE": ("hive", "create_table:create"),
    "ALTER DATABASE": ("hive", "databases:alter"),
    "ALTER SCHEMA": ("hive", "databases:alter"),
    "ALTER TABLE": ("hive", "alter_table:alter"),
    "DROP DATABASE": ("hive", "databases:drop"),
    "DROP SCHEMA": ("hive", "databases:drop"),
    "DROP TABLE": ("hive", "drop:drop_table"),
    "MSCK": ("hive", "partitions:repair"),
    "DROP VIEW": ("trino", "drop:drop_view"),
    "CREATE VIEW": ("trino", "views:create"),
    "CREATE OR REPLACE VIEW": ("trino", "views:create"),
    "CREATE OR REPLACE PROTECTED": ("trino", "views:refuse_multi_dialect"),
    "CREATE PROTECTED": ("trino", "views:refuse_multi_dialect"),
    "ALTER VIEW": ("trino", "views:refuse_dialect"),
    "INSERT": ("trino", "insert:insert"),
    "UNLOAD": ("trino", "unload:unload"),
    "PREPARE": ("trino", "prepared:prepare"),
    "EXECUTE": ("trino", "prepared:execute"),
    "DEALLOCATE": ("trino", "prepared:deallocate"),
    "EXPLAIN": ("trino", "explain:explain"),
    "USING": ("trino", "other:external_function"),
    "GRANT": ("trino", "other:refused"),
    "REVOKE": ("trino", "other:refused"),
    "DENY": ("trino", "other:refused"),
    "CALL": ("trino", "other:refused"),
    "ANALYZE": ("trino", "other:refused"),
    "SET": ("trino", "other:refused"),
    "RESET": ("trino", "other:refused"),
    "USE": ("trino", "other:refused"),
    "TRUNCATE": ("trino", "other:refused"),
    "START": ("trino", "other:refused"),
    "COMMIT": ("trino", "other:refused"),
    "ROLLBACK": ("trino", "other:refused"),
    "LOCK": ("trino", "other:refused"),
    "UNLOCK": ("trino", "other:refused"),
    "EXPORT": ("trino", "other:refused"),
    "IMPORT": ("trino", "other:refused"),
    "COMMENT": ("trino", "other:refused"),
    "REFRESH": ("trino", "other:refused"),
    "LOAD": ("trino", "other:refused"),
    "CREATE": ("trino", "other:refused"),
    "DROP": ("trino", "other:refused"),
    "ALTER": ("trino", "other:refused"),
    "SHOW": ("hive", "show:show"),
    "DESCRIBE": ("hive", "describe:describe"),
    "DESC": ("hive", "describe:describe"),
    "UPDATE": ("trino", "iceberg_changes:update"),
    "DELETE": ("trino", "iceberg_changes:delete"),
    "MERGE": ("trino", "iceberg_changes:merge"),
    "OPTIMIZE": ("trino", "iceberg_maintenance:optimize"),
    "VACUUM": ("hive", "iceberg_maintenance:vacuum"),
}


def form_of(words: list[str]) -> tuple[str, str] | None:
    for count in range(len(words), 0, -1):
        found = FORMS.get(" ".join(words[:count]))
        if found:
            return found
    return None


def plan(engine, sql: str, parameters=()) -> Plan:
    """Return the plan of one statement."""
    words = leading_words(sql)
    form = form_of(words)
    if words[:2] == ["CREATE", "TABLE"]:
        made = _ctas(engine, sql, parameters)
        if made is not None:
            return made
    reader = read(sql, hive=form is not None and form[0] == "hive", parameters=parameters)
    if not reader.tokens:
        raise ServiceError("INVALID_REQUEST", "Query string cannot be empty")
    if form is None:
        if words and words[0] in QUERIES:
            return plan_query(engine, reader)
        raise unknown(reader)
    if (
        parameters
        and form[0] == "hive"
        and not any(token.token_type.name == "PLACEHOLDER" for token in reader.tokens)
    ):
        raise ServiceError(
            "INVALID_PARAMETER_USAGE",
            f"Incorrect number of parameters: expected 0 but found {len(parameters)}",
        )
    return call(form[1], engine, reader)


def _ctas(engine, sql: str, parameters) -> Plan | None:
    """Return the plan of CREATE TABLE ... AS, or None for Hive's CREATE TABLE.

    The text is read as Trino does before Hive's parser sees it: their quotation marks differ.
    """
    from dealab.sql.athena.statements.create_table import is_ctas

    try:
        reader = read(sql, parameters=parameters)
    except ServiceError:
        return None
    return call("ctas:create", engine, reader) if is_ctas(reader) else None


def call(form: str, engine, what) -> Plan:
    """Call ``module:function`` of this package, whose modules are imported when first needed."""
    module, _, name = form.partition(":")
    return getattr(import_module(f"{__name__}.{module}"), name)(engine, what)


def read(sql: str, hive: bool = False, parameters=()) -> Reader:
    """Return a reader of one statement's tokens. Raises Athena's syntax error."""
    from dealab.sql.athena.dialect import AthenaDialect, HiveDialect

    def syntax_error(offset, token):
        line, column = parsing.Source(sql, []).line_column(offset)
        shown = token or "<EOF>"
        if token == '""':
            message = "Zero-length delimited identifier not allowed"
            return ServiceError("SYNTAX_ERROR", message, line, column)
        if re.search(r"\b(?:TRY_)?CAST\s*\([^()]*\bAS\s+$", sql[:offset], re.IGNORECASE) and token:
            return ServiceError("TYPE_NOT_FOUND", f"Unknown type: {token}", line, column)
        return ServiceError("SYNTAX_ERROR", f"mismatched input '{shown}'", line, column)

    tokens, source = parsing.tokenize(sql, HiveDialect if hive else AthenaDialect, syntax_error)
    if hive:
        from dealab.sql.athena.hive import literals

        tokens = literals(tokens, sql)
    while tokens and tokens[-1].token_type.name == "SEMICOLON":
        tokens.pop()
    if any(token.token_type.name == "SEMICOLON" for token in tokens):
        raise ServiceError(
            "INVALID_REQUEST",
            "Only one sql statement is allowed. Got: " + " ".join(sql.split())[:60],
        )
    if not hive and tokens:
        check_tokens(tokens, source, syntax_error)
    return Reader(tokens, source, AthenaDialect, syntax_error, parameters)


def plan_query(engine, reader: Reader) -> Plan:
    """Return the plan of a query: the rest of the reader's tokens."""
    tree = reader.query()
    query, binder = bind(engine, reader, tree)
    return engine.finish(query, binder, tree)


def bind(engine, reader: Reader, tree, database: str | None = None):
    """Bind a query's tree; return the bound query and its binder (with the tables it reads)."""
    binder = binder_of(engine, reader, database)
    query = binder.bind_query(tree, None)
    binder.check_parameters()
    return query, binder


def binder_of(engine, reader: Reader, database: str | None = None):
    from dealab.sql.athena.rules import AthenaBinder

    return AthenaBinder(reader.source, engine, reader.parameters, database)


def unknown(reader: Reader):
    """Return the syntax error of a text that begins no statement."""
    return reader.fail()


def check_tokens(tokens, source, syntax_error) -> None:
    """Refuse what sqlglot reads and Trino does not: x::int, a == b, LIMIT before OFFSET."""
    limit = None
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        kind = token.token_type.name
        word = following.text.upper() if following is not None else ""
        if kind == "FOR" and word in ("SYSTEM_TIME", "SYSTEM_VERSION"):
            # https://docs.aws.amazon.com/athena/latest/ug/engine-versions-reference-0003.html
            raise ServiceError(
                "SYNTAX_ERROR",
                f"mismatched input '{word}'. Expecting: 'TIMESTAMP', 'VERSION'",
                *source.line_column(following.start),
            )
        if kind == "VAR" and token.text.startswith("$"):  # "$path" is a name in quotes only
            raise syntax_error(token.start, "$")
        if token.text == "`":
            line, column = source.line_column(token.start)
            raise ServiceError(
                "SYNTAX_ERROR",
                "backquoted identifiers are not supported; use double quotes to quote identifiers",
                line,
                column,
            )
        if kind == "DCOLON" or (kind == "EQ" and token.text == "==") or kind == "QUALIFY":
            raise syntax_error(token.start, token.text)
        if kind == "LIMIT":
            limit = token
        elif kind == "OFFSET" and limit is not None:
            raise syntax_error(token.start, token.text)
        elif kind in ("R_PAREN", "SELECT"):
            limit = None
