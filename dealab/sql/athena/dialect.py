"""Athena's SQL for sqlglot: Trino's grammar, with function calls left as they are written."""

from sqlglot.dialects.trino import Trino

from dealab.sql.parsing import own_grammar


class AthenaDialect(Trino):
    INDEX_OFFSET = 0  # leave subscripts as written: sqlglot would shift them

    class Parser(Trino.Parser):
        FUNCTIONS = {}  # noqa: RUF012 - sqlglot's own way to configure a parser
        FUNCTION_PARSERS = own_grammar(
            Trino.Parser,
            *("CAST", "TRY_CAST", "EXTRACT", "TRIM", "SUBSTRING", "POSITION"),
            *("JSON_QUERY", "JSON_VALUE"),
        )
