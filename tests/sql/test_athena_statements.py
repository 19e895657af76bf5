"""Does %%athena answer as the service's documentation says?"""

import math

import athena_cases
import pytest

from dealab.sql import ServiceError


def same(value, expected):
    if isinstance(expected, float) and isinstance(value, float):
        return math.isclose(value, expected, rel_tol=1e-12, abs_tol=1e-12) or value == expected
    if isinstance(expected, (list, tuple)) and isinstance(value, type(expected)):
        return len(value) == len(expected) and all(map(same, value, expected))
    return type(value) is type(expected) and value == expected


@pytest.mark.parametrize(("sql", "rows", "source"), athena_cases.CASES, ids=lambda part: None)
def test_documented_result(athena, sql, rows, source):
    got = athena.run(sql).rows
    assert same(got, rows), f"{sql}\n got {got}\nwant {rows}\n{source}"


@pytest.mark.parametrize(("sql", "code", "part"), athena_cases.ERRORS, ids=lambda part: None)
def test_documented_error(athena, sql, code, part):
    with pytest.raises(ServiceError) as caught:
        athena.run(sql)
    assert caught.value.code == code, str(caught.value)
    assert part in str(caught.value)
