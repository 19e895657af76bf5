"""Statements of PostgreSQL that Redshift does not have.

https://docs.aws.amazon.com/redshift/latest/dg/c_unsupported-postgresql-features.html
"""

from dealab.sql.errors import ServiceError


def refuse(engine, reader):
    """CREATE INDEX, SEQUENCE, TRIGGER and the like."""
    text = reader.source.sql.strip().rstrip(";")
    raise ServiceError("0A000", f'SQL command "{text}" not supported on Redshift tables.')


def replace_view(engine, reader):
    """CREATE OR REPLACE MATERIALIZED VIEW: the grammar has no such form."""
    reader.expect("CREATE", "OR", "REPLACE")
    raise reader.fail()
