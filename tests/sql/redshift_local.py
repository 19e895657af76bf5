"""Running scripts against local tables of Redshift: each in a namespace of its own."""

import itertools

import pytest

from dealab.sql import Redshift, ServiceError

R = "https://docs.aws.amazon.com/redshift/latest/dg/"
_count = itertools.count(1)


def session(lake, **options):
    """Return a session in a new namespace of the lake."""
    return Redshift(lake=lake, namespace=f"case{next(_count)}", **options)


def run(lake, script: str):
    """Run the statements of a script and return the last Result."""
    return session(lake).run(script)


def check_rows(lake, script, rows, source):
    got = run(lake, script).rows
    assert got == rows, f"{script}\n got {got}\nwant {rows}\n{source}"


def check_error(lake, script, code, part, source):
    """All statements but the last run; the last one fails with this code and text."""
    engine = session(lake)
    *before, last = engine.split(script)
    for statement in before:
        engine.run(statement)
    with pytest.raises(ServiceError) as caught:
        engine.run(last)
    assert (caught.value.code, part in str(caught.value)) == (code, True), (
        f"{script}\n got {caught.value.code} {caught.value}\nwant {code} {part}\n{source}"
    )
