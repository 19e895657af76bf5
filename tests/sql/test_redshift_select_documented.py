"""Does %%redshift answer as the pages of its functions and clauses say?"""

import pytest
import redshift_select_cases as cases
from test_athena_statements import same

from dealab.sql import ServiceError


@pytest.mark.parametrize(("sql", "rows", "source"), cases.CASES, ids=lambda part: None)
def test_documented_result(redshift, sql, rows, source):
    got = redshift.run(sql).rows
    assert same(got, rows), f"{sql}\n got {got}\nwant {rows}\n{source}"


@pytest.mark.parametrize(("sql", "code", "part"), cases.ERRORS, ids=lambda part: None)
def test_documented_error(redshift, sql, code, part):
    with pytest.raises(ServiceError) as caught:
        redshift.run(sql)
    assert caught.value.code == code, str(caught.value)
    assert part in str(caught.value)
