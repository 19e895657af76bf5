"""Is every function of the services known, and does every row of the tables run?"""

import function_lists
import pytest

from dealab.sql import LabBug, LabLimit, SqlError, signatures
from dealab.sql.athena.rules import AthenaBinder
from dealab.sql.redshift.rules import RedshiftBinder

BINDERS = {"athena": AthenaBinder, "redshift": RedshiftBinder}


@pytest.mark.parametrize(
    ("service", "names"), [("athena", function_lists.TRINO), ("redshift", function_lists.REDSHIFT)]
)
def test_every_documented_function_runs_or_is_refused_by_name(service, names):
    binder = BINDERS[service]
    known = {
        *binder.FUNCTIONS,
        *binder.AGGREGATES,
        *binder.WINDOWS,
        *binder.SPECIAL,
        *binder.LIMITS,
    }
    assert [name for name in names if name not in known | function_lists.GRAMMAR] == []


def test_no_function_is_both_run_and_refused():
    for binder in BINDERS.values():
        run = {*binder.FUNCTIONS, *binder.AGGREGATES, *binder.WINDOWS, *binder.SPECIAL}
        assert run & set(binder.LIMITS) == set()


ATHENA_SAMPLES = {
    "boolean": "true", "tinyint": "TINYINT '2'", "smallint": "SMALLINT '2'", "integer": "2",
    "bigint": "BIGINT '2'", "real": "REAL '0.5'", "double": "0.5e0", "varchar": "'2'",
    "varbinary": "x'61'", "date": "date '2026-01-02'", 
    "timestamp": "timestamp '2026-01-02 03:04:05'",
    "timestamptz": "now()", "interval_day": "interval '1' day", 
    "interval_month": "interval '1' month",
    "json": "json_parse('[1]')", "decimal": "1.5", "row": "row(1)",
    "ipaddress": "CAST('10.0.0.1' AS ipaddress)",
}  # fmt: skip
REDSHIFT_SAMPLES = {
    "boolean": "true", "smallint": "2::smallint", "integer": "2", "bigint": "2::bigint",
    "real": "0.5::real", "double": "0.5::float8", "varchar": "'2'::varchar(9)",
    "date": "'2026-01-02'::date",
    "timestamp": "'2026-01-02 03:04:05'::timestamp", "timestamptz": "getdate()::timestamptz",
    "super": "json_parse('[1]')", "decimal": "1.5",
    "varbinary": "'a'::varbyte", "interval_day": "interval '1' day",
    "interval_month": "interval '1' month",
}  # fmt: skip


def sample(pattern, samples, service) -> str:
    match pattern.kind:
        case "type":
            return samples[pattern.type.name]
        case "variable" | "any" | "number":
            return samples["integer"]
        case "array":
            return f"ARRAY[{sample(pattern.parts[0], samples, service)}]"
        case "map":
            key, value = (sample(part, samples, service) for part in pattern.parts)
            return f"map(ARRAY[{key}], ARRAY[{value}])"
        case "lambda":
            names = [f"x{at}" for at in range(len(pattern.parts) - 1)]
            result = pattern.parts[-1]
            body = "true" if result.kind == "type" else names[0]
            return f"({', '.join(names)}) -> {body}"
    return samples[pattern.kind]


def calls(service):
    binder = BINDERS[service]
    samples = ATHENA_SAMPLES if service == "athena" else REDSHIFT_SAMPLES
    for table, window in (
        (binder.FUNCTIONS, False),
        (binder.AGGREGATES, False),
        (binder.WINDOWS, True),
    ):
        for lines in table.values():
            for line in lines:
                signature = signatures.read_signature(line)
                if signature.name.startswith("grouping"):
                    continue
                given = ", ".join(sample(p, samples, service) for p in signature.parameters)
                call = f"{signature.name}({given})"
                if signature.name.startswith("percentile_"):
                    call = f"{signature.name}(0.5)"
                    call += " WITHIN GROUP (ORDER BY 1)"
                if signature.name == "listagg":
                    call += " WITHIN GROUP (ORDER BY s)"
                yield f"SELECT {call}{' OVER (ORDER BY i)' if window else ''} AS r FROM kinds"


@pytest.mark.parametrize("service", ["athena", "redshift"])
def test_every_row_of_the_function_tables_runs(request, service):
    engine = request.getfixturevalue(service)
    wrong = []
    for sql in calls(service):
        try:
            engine.run(sql)
        except (LabBug, LabLimit) as error:
            wrong.append(f"{sql}\n   {error}")
        except SqlError as error:
            if error.code in ("FUNCTION_NOT_FOUND", "42883"):
                wrong.append(f"{sql}\n   {error}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("service", ["athena", "redshift"])
def test_every_function_answers_null_for_null(request, service):
    """No function of the tables may crash on NULL."""
    engine = request.getfixturevalue(service)
    binder = BINDERS[service]
    wrong = []
    for lines in binder.FUNCTIONS.values():
        for line in lines:
            signature = signatures.read_signature(line)
            if not signature.parameters or any(p.kind == "lambda" for p in signature.parameters):
                continue
            sql = f"SELECT {signature.name}({', '.join(['NULL'] * len(signature.parameters))})"
            try:
                engine.run(sql)
            except LabBug as error:
                wrong.append(f"{sql}\n   {error.message}")
            except SqlError:
                pass
    assert not wrong, "\n".join(dict.fromkeys(wrong))
