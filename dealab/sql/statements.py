"""Which statement is it: queries are bound; what the lab does not run is refused by name."""

import re

from dealab.sql import parsing
from dealab.sql.engine import Plan
from dealab.sql.errors import LabLimit, ServiceError
from dealab.sql.signatures import functions
from dealab.sql.types import athena_name


def first_words(tokens, count: int = 2) -> list[str]:
    return [token.text.upper() for token in tokens[:count]]


def athena(engine, sql: str, parameters) -> Plan:
    from dealab.sql.athena.dialect import AthenaDialect
    from dealab.sql.athena.rules import AthenaBinder

    def syntax_error(offset, token):
        line, column = parsing.Source(sql, []).line_column(offset)
        shown = token or "<EOF>"
        if re.search(r"\b(?:TRY_)?CAST\s*\([^()]*\bAS\s+$", sql[:offset], re.IGNORECASE) and token:
            return ServiceError("TYPE_NOT_FOUND", f"Unknown type: {token}", line, column)
        return ServiceError("SYNTAX_ERROR", f"mismatched input '{shown}'", line, column)

    tokens, source = parsing.tokenize(sql, AthenaDialect, syntax_error)
    single_statement(
        tokens,
        "Athena",
        lambda: ServiceError(
            "INVALID_REQUEST",
            "Only one sql statement is allowed. Got: " + " ".join(sql.split())[:60],
        ),
    )
    if not tokens:
        raise ServiceError("INVALID_REQUEST", "Query string cannot be empty")
    check_athena_tokens(tokens, source, syntax_error)
    words = first_words(tokens, 3)
    if words[0] not in ("SELECT", "WITH", "VALUES", "TABLE", "("):
        return athena_other(engine, words, tokens, syntax_error)
    tree = parsing.parse(tokens, source, AthenaDialect, syntax_error)
    binder = AthenaBinder(source, engine.catalog, engine.database, parameters)
    query = binder.bind_query(tree, None)
    binder.check_parameters()
    return engine.finish(query, binder, tree)


def redshift(engine, sql: str, parameters) -> Plan:
    from dealab.sql.redshift.dialect import RedshiftDialect
    from dealab.sql.redshift.rules import RedshiftBinder

    def syntax_error(offset, token):
        line, column = parsing.Source(sql, []).line_column(offset)
        if token and re.search(r"(::\s*|\bCAST\s*\([^()]*\bAS\s+)$", sql[:offset], re.IGNORECASE):
            return ServiceError("42704", f'type "{token}" does not exist', line, column)
        shown = f'at or near "{token}"' if token and token != "<EOF>" else "at end of input"
        return ServiceError("42601", f"syntax error {shown}", line, column)

    tokens, source = parsing.tokenize(sql, RedshiftDialect, syntax_error)
    single_statement(
        tokens,
        "Redshift",
        lambda: LabLimit(
            "several statements in one cell yet", "Redshift runs them one after the other."
        ),
    )
    if not tokens:
        raise ServiceError("42601", "syntax error at end of input")
    words = first_words(tokens, 3)
    if words[0] not in ("SELECT", "WITH", "("):
        return redshift_other(engine, words, tokens, syntax_error)
    tree = parsing.parse(tokens, source, RedshiftDialect, syntax_error)
    binder = RedshiftBinder(source, engine.catalog, engine.database, parameters)
    query = binder.bind_query(tree, None)
    binder.check_parameters()
    return engine.finish(query, binder, tree)


def redshift_other(engine, words, tokens, syntax_error) -> Plan:
    if words[:2] == ["SHOW", "TABLES"] and len(tokens) == 2:
        return listing("table_name", engine.catalog.tables(engine.database))
    if words[0] == "SHOW":
        raise LabLimit(
            f"{' '.join(words[:3])} in %%redshift yet", "Redshift answers from its catalog."
        )
    later = functions("redshift").statements
    if words[0] in later:
        does, exam = later[words[0]]
        raise LabLimit(f"{statement_name(tokens)} in %%redshift yet", does, exam)
    raise syntax_error(tokens[0].start, tokens[0].text)


def check_athena_tokens(tokens, source, syntax_error) -> None:
    """Refuse what sqlglot reads and Trino does not: x::int, a == b, LIMIT before OFFSET."""
    limit = None
    for token in tokens:
        kind = token.token_type.name
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


def single_statement(tokens, service, error) -> None:
    while tokens and tokens[-1].text == ";":
        tokens.pop()
    if any(token.text == ";" and token.token_type.name == "SEMICOLON" for token in tokens):
        raise error()


def athena_other(engine, words, tokens, syntax_error) -> Plan:
    if words[0] == "SHOW":
        return show(engine, plain_words(tokens), syntax_error)
    if words[0] in ("DESCRIBE", "DESC"):
        return describe(engine, plain_words(tokens)[1:])
    later = functions("athena").statements
    if words[0] in later:
        does, exam = later[words[0]]
        raise LabLimit(f"{statement_name(tokens)} in %%athena yet", does, exam)
    raise syntax_error(tokens[0].start, tokens[0].text)


def plain_words(tokens) -> list[str]:
    """Return the words of a statement that sqlglot keeps as one opaque text (SHOW ...)."""
    written = " ".join(token.text for token in tokens)
    return re.findall(r"'[^']*'|\"[^\"]*\"|`[^`]*`|[\w$.*|-]+|\S", written)


def statement_name(tokens) -> str:
    """Name a statement by its leading keywords: CREATE EXTERNAL TABLE, ALTER TABLE, COPY."""
    name = []
    for word in plain_words(tokens)[:4]:
        if word.upper() not in _KEYWORDS:
            break
        name.append(word.upper())
    return " ".join(name)


_KEYWORDS = frozenset(
    [
        "ADD",
        "ALTER",
        "ANALYZE",
        "BEGIN",
        "CALL",
        "COLUMNS",
        "COMMIT",
        "COPY",
        "CREATE",
        "DATABASE",
        "DATABASES",
        "DEALLOCATE",
        "DELETE",
        "DESCRIBE",
        "DROP",
        "EXECUTE",
        "EXPLAIN",
        "EXTERNAL",
        "FROM",
        "FUNCTION",
        "GRANT",
        "GROUP",
        "INSERT",
        "INTO",
        "LOCK",
        "MATERIALIZED",
        "MERGE",
        "MODEL",
        "MSCK",
        "OPTIMIZE",
        "OR",
        "PARTITIONS",
        "POLICY",
        "PREPARE",
        "PROCEDURE",
        "REFRESH",
        "REPAIR",
        "REPLACE",
        "REVOKE",
        "ROLE",
        "ROLLBACK",
        "SCHEMA",
        "SCHEMAS",
        "SET",
        "SHOW",
        "START",
        "TABLE",
        "TABLES",
        "TBLPROPERTIES",
        "TEMP",
        "TEMPORARY",
        "TRANSACTION",
        "TRUNCATE",
        "UNLOAD",
        "UPDATE",
        "USER",
        "VACUUM",
        "VIEW",
        "VIEWS",
    ]
)


def show(engine, words: list[str], syntax_error) -> Plan:
    """SHOW DATABASES, SCHEMAS, TABLES, COLUMNS, PARTITIONS."""
    upper = [word.upper() for word in words]
    what = upper[1] if len(upper) > 1 else ""
    rest = words[2:]
    if what in ("DATABASES", "SCHEMAS") and not rest:
        return listing("database_name", engine.catalog.databases)
    if what == "TABLES":
        database = engine.database
        if len(rest) > 1 and rest[0].upper() in ("IN", "FROM"):
            database, rest = bare(rest[1]), rest[2:]
        if database not in engine.catalog.databases:
            raise ServiceError("SCHEMA_NOT_FOUND", f"Schema '{database}' does not exist")
        names = engine.catalog.tables(database)
        if len(rest) == 1:  # a pattern in which * stands for any text and | for or
            shapes = "|".join(
                re.escape(part).replace(r"\*", ".*") for part in bare(rest[0]).split("|")
            )
            names = [name for name in names if re.fullmatch(shapes, name)]
        if len(rest) < 2:
            return listing("tab_name", names)
    if what == "COLUMNS" and len(rest) > 1 and rest[0].upper() in ("IN", "FROM"):
        return listing("field", [name for name, _ in named_table(engine, rest[1:]).fields()])
    if what == "PARTITIONS" and rest:
        table = named_table(engine, rest)
        if not table.keys:
            raise ServiceError(
                "GENERIC_USER_ERROR",
                f"Table {table.database}.{table.name} is not a partitioned table",
            )
        return listing(
            "partition",
            [
                "/".join(f"{k}={v}" for (k, _), v in zip(table.keys, part.values, strict=True))
                for part in table.partitions
            ],
        )
    raise LabLimit(
        f"{' '.join(upper[:3])} in %%athena yet", "Athena answers from the Glue Data Catalog."
    )


def bare(word: str) -> str:
    return word.strip("'\"`").lower()


def named_table(engine, words: list[str]):
    """Find the table that SHOW and DESCRIBE name: t, db.t or \"db\".\"t\"."""
    names = [bare(part) for part in re.split(r"\.", "".join(words))]
    if not 1 <= len(names) <= 2:
        raise LabLimit("this form of SHOW or DESCRIBE yet", "Athena answers from its catalog.")
    database = names[0] if len(names) == 2 else engine.database
    table = engine.catalog.find(database, names[-1])
    if table is None:
        raise ServiceError("TABLE_NOT_FOUND", f"Table '{database}.{names[-1]}' does not exist")
    return table


def describe(engine, words: list[str]) -> Plan:
    table = named_table(engine, words)
    rows = [(name, athena_name(kind), table.comments.get(name, "")) for name, kind in table.columns]
    rows += [(name, athena_name(kind), "Partition key") for name, kind in table.keys]
    return Plan(answer=(["col_name", "data_type", "comment"], ["varchar"] * 3, rows))


def listing(column: str, values) -> Plan:
    return Plan(answer=([column], ["varchar"], [(value,) for value in values]))
