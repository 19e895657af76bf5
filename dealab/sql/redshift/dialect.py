"""Redshift's SQL for sqlglot, with function calls left as they are written."""

from sqlglot import exp
from sqlglot.dialects.redshift import Redshift

from dealab.sql.parsing import own_grammar


class RedshiftDialect(Redshift):
    INDEX_OFFSET = 0  # leave subscripts as written: sqlglot would shift them

    class Parser(Redshift.Parser):
        FUNCTIONS = {}  # noqa: RUF012 - sqlglot's own way to configure a parser
        FUNCTION_PARSERS = own_grammar(
            Redshift.Parser, "CAST", "CONVERT", "EXTRACT", "TRIM", "SUBSTRING", "POSITION"
        )
        SUPPORTS_IMPLICIT_UNNEST = False  # FROM t, t.items: the binder knows which t is meant

        def _parse_approximate_count(self):
            """Read APPROXIMATE COUNT(DISTINCT x) and APPROXIMATE PERCENTILE_DISC(...)."""
            call = self._parse_function()
            if isinstance(call, exp.Anonymous) and call.name.lower() == "count":
                call.set("this", "approximate_count")
            return call
