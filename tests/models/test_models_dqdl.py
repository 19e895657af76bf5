"""DQDL, against the examples of the Glue developer guide (dqdl.html and the rule type pages)."""

import datetime

import pandas as pd
import pytest

from dealab.models.dqdl import DqdlError, evaluate, parse
from dealab.sql.errors import LabLimit

GUIDE = "https://docs.aws.amazon.com/glue/latest/dg/dqdl.html"
NOW = datetime.datetime(2026, 1, 5, 12, tzinfo=datetime.UTC)
# The data of .../dqdl-rule-types-StandardDeviation.html and -Mean.html, and more columns
DATA = pd.DataFrame(
    {
        "id": [100, 101, 102, 103, 104],
        "units1": [0, None, 20, None, 40],
        "units2": [0, 0, 20, 0, 40],
        "country": ["US", "CA", "  ", None, ""],
        "day": ["2026-01-01", "2026-01-02", None, "2026-01-04", "2026-01-05"],
        "word": ["a", "a", "b", "x1", "1x"],
        "number": ["1", "2", "x", "4", "5"],
    }
)
REFERENCE = pd.DataFrame({"rid": [100, 101, 102], "units2": [0, 0, 21], "word": ["a", "a", "b"]})


def outcome(rule, **more):
    return evaluate(f"Rules = [ {rule} ]", DATA, now=NOW, **more).outcomes[0]


@pytest.mark.proves("Glue Data Quality", "DQDL rule types, evaluated over data", kind="model")
@pytest.mark.parametrize(
    ("rule", "passes"),
    [
        ('StandardDeviation "units1" between 16.32 and 16.34', True),  # documented: 16.33
        ('StandardDeviation "units2" = 16', True),  # documented: 16
        ('Mean "units1" = 20', True),
        ('Sum "units2" = 60', True),
        ("RowCount = 5", True),
        ("RowCount between 4 and 6", True),
        ("RowCount between 5 and 6", False),  # both ends are left out
        ("RowCount not between 5 and 6", True),  # and let in by not
        ('RowCount "id" > 4', True),
        ("ColumnCount = 7", True),
        ('Completeness "units1" > 0.5', True),
        ('Completeness "units1" = "0.6"', True),
        ('IsComplete "id"', True),
        ('IsComplete "day"', False),
        ('IsUnique "id"', True),
        ('IsUnique "word"', False),
        ('IsUnique "word" "id"', True),
        ('Uniqueness "word" = 0.6', True),
        ('UniqueValueRatio "word" = 0.75', True),
        ('DistinctValuesCount "word" = 4', True),
        ('Entropy "word" between 1.33 and 1.34', True),
        ('IsPrimaryKey "id"', True),
        ('IsPrimaryKey "id" "day"', False),
        ('ColumnExists "id"', True),
        ('ColumnExists "nope"', False),
        ('ColumnNamesMatchPattern "[a-z0-9]+"', True),
        ('ColumnNamesMatchPattern "aws_.*_[a-zA-Z0-9]+"', False),
        ('ColumnCorrelation "units1" "units2" > 0.99', True),
        ('ColumnLength "word" between 0 and 3', True),
        ('ColumnLength "country" < 6', True),  # null has the length 0
        ('ColumnLength "country" > 4', False),
        ('ColumnDataType "number" = "INTEGER" with threshold > 0.7', True),
        ('ColumnDataType "number" = "INTEGER"', False),
        ('ColumnDataType "day" = "Date"', True),
        ('ColumnDataType "word" = "Date"', False),
        ('ColumnValues "units2" >= 0', True),
        ('ColumnValues "units1" >= 0', False),  # null fails
        ('ColumnValues "units1" != 21', True),  # null passes
        ('ColumnValues "units1" not in [21, 22, 23]', True),
        ('ColumnValues "units1" not in [21, 22, 23, NULL]', False),
        ('(ColumnValues "units1" != 21) AND (ColumnValues "units1" != NULL)', False),
        ('ColumnValues "country" in [ "US", "CA", NULL, EMPTY, WHITESPACES_ONLY ]', True),
        ('ColumnValues "country" in [ "US", "CA" ]', False),
        ('ColumnValues "country" in [ "US", "CA" ] with threshold >= 0.4', True),
        ('ColumnValues "country" != NULL with threshold > 0.5', True),
        ('ColumnValues "word" matches "^[a-z]" with threshold between 0.7 and 0.9', True),
        ('ColumnValues "word" not matches "[0-9]" with threshold = 0.6', True),
        ('ColumnValues "word" matches /^A/i with threshold = 0.4', True),
        ('ColumnValues "day" > (now() - 5 days) with threshold > 0.7', True),
        ('ColumnValues "day" between "2025-12-31" and "2026-01-06" with threshold = 0.8', True),
        ('ColumnValues "day" = "2026-01-01" with threshold = 0.2', True),
        ('DataFreshness "day" <= 24 hours', False),
        ('DataFreshness "day" < 10 days where "day is not null"', True),
        ('CustomSql "select count(*) from primary" between 4 and 6', True),
        ('CustomSql "select avg(units2) from primary" = 12', True),
        ('CustomSql "select id from primary where id > 99"', True),
        ('CustomSql "select id from primary where id > 100"', False),
        ('Completeness "units1" > 0.6 where "id > 101"', True),
        ('IsComplete "units1" where "id in (100, 102)"', True),
        ('ReferentialIntegrity "id" "reference.rid" >= 0.6', True),
        ('ReferentialIntegrity "id,word" "reference.{rid,word}" = 1.0', False),
        ('DatasetMatch "reference" "id->rid" "units2->units2" = 0.4', True),
        ('DatasetMatch "reference" "word" "units2" >= 0.4', True),
        ('RowCountMatch "reference" > 1.6', True),
        ('SchemaMatch "reference" = 1.0', False),
        ('AggregateMatch "sum(units2)" "sum(reference.units2)" > 2.8', True),
        ('AggregateMatch "avg(units2)" "avg(units2)" = 1.0', True),
    ],
)
def test_rule_types(rule, passes):
    found = outcome(rule, references={"reference": REFERENCE})
    assert (found.result == "PASS") == passes, found.message
    assert bool(found.message) != passes


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ('IsComplete "colA"', "Input data does not include column colA!"),
        ('ColumnValues "units1" >= 0', "Value: NULL does not meet the constraint requirement!"),
        ('Completeness "units1" > 0.9', "Value: 0.6 does not meet the constraint requirement!"),
        ('DataFreshness "day" <= 36 hours', "40.00 % of rows passed the threshold"),
        ('ColumnLength "word" = 1', "Value: 2.0 does not meet the constraint requirement!"),
        (
            'ColumnValues "units1" between -1 and 30',
            "Value: 40.0 does not meet the constraint requirement!\n"
            "Value: NULL does not meet the constraint requirement!",
        ),
    ],
)
def test_messages(rule, message):
    assert outcome(rule).message == message


def test_metrics_have_the_services_names():
    assert outcome("RowCount > 1").metrics == {"Dataset.*.RowCount": 5.0}
    assert outcome('Mean "units1" > 1').metrics == {"Column.units1.Mean": 20.0}
    assert outcome('ColumnValues "units2" >= 0').metrics == {
        "Column.units2.Minimum": 0.0,
        "Column.units2.Maximum": 40.0,
    }


@pytest.mark.proves("Glue Data Quality", "Composite rules by column and by row", kind="model")
def test_composite_rules_by_column_and_by_row():  # GUIDE, "How Composite rules work"
    data = pd.DataFrame({"myCol1": [2, 0], "myCol2": [1, 3]})
    rules = 'Rules = [ (ColumnValues "myCol1" > 1) OR (ColumnValues "myCol2" > 2) ]'
    assert evaluate(rules, data).outcomes[0].result == "FAIL"
    report = evaluate(rules, data, by_rows=True)
    assert report.outcomes[0].result == "PASS"
    assert list(report.rows()["DataQualityEvaluationResult"]) == ["Passed", "Passed"]


def test_rules_may_name_another_table_of_the_catalog():
    tables = {"shop.refs": REFERENCE}
    for rule in (
        'AggregateMatch "sum(units2)" "sum(shop.refs.units2)" > 2.8',
        'CustomSql "select count(*) from primary p join shop.refs r on p.id = r.rid" = 3',
        'ReferentialIntegrity "id" "shop.refs.rid" = 0.6',
    ):
        assert outcome(rule, lookup=tables.get).result == "PASS"
    missing = outcome('RowCountMatch "shop.none" = 1', lookup=tables.get)
    assert missing.message == "Reference dataset shop.none was not provided!"


def test_rules_cannot_read_files():
    found = outcome("CustomSql \"select count(*) from read_text('/etc/hostname')\" > 0")
    assert found.result == "FAIL"
    assert "external access" in found.message or "disabled" in found.message


def test_nested_composite_rules():
    assert outcome('(RowCount > 9) or ((IsComplete "id") and (IsUnique "id"))').result == "PASS"
    assert outcome('(RowCount > 9) or ((IsComplete "id") and (IsUnique "word"))').result == "FAIL"


@pytest.mark.proves("Glue Data Quality", "Row-level results, where clause", kind="model")
def test_row_level_results_with_a_where_clause():  # GUIDE, "Filtering with Where Clause"
    data = pd.DataFrame(
        {"id": range(1, 7), "att1": list("abaaba"), "att2": ["f", "d", None, "f", None, "f"]}
    )
    report = evaluate("""Rules = [ IsComplete "att2" where "att1 = 'a'" ]""", data)
    rows = report.rows()
    assert list(rows["DataQualityEvaluationResult"]) == ["Passed"] * 2 + ["Failed"] + ["Passed"] * 3
    skipped = report.rows("SKIPPED")["DataQualityRulesSkip"]
    assert [bool(listed) for listed in skipped] == [False, True, False, False, True, False]


def test_an_invalid_where_clause_fails_the_rule():
    found = outcome('IsComplete "id" where "nope = 1"')
    assert found.result == "FAIL"
    assert found.message.startswith(
        'Rule IsComplete "id" where "nope = 1" has provided an invalid where clause'
    )


@pytest.mark.proves("Glue Data Quality", "Dynamic rules over earlier runs", kind="model")
@pytest.mark.parametrize(
    ("rule", "passes"),
    [  # GUIDE, "Dynamic rules"; history 3, 4, 5 with the newest first
        ("RowCount > last()", True),
        ("RowCount > avg(last(3))", True),
        ("RowCount > max(last(10))", False),
        ("RowCount between min(last(3))-1 and max(last(3))+1", True),
        ("RowCount = index(last(3), 2)", True),
        ("RowCount > index(last(3), 3)", False),  # an error
        ("RowCount > last(3)", False),  # an error
        ("RowCount >= median(last(3)) + std(last(3)) * 0.5", True),
        ('DistinctValuesCount "id" > last()', True),  # no history: 0.0
    ],
)
def test_dynamic_rules(rule, passes):
    found = outcome(rule, history={"Dataset.*.RowCount": [3, 4, 5]})
    assert (found.result == "PASS") == passes, found.message


def test_score_labels_constants_and_analyzers():
    report = evaluate(
        """mySql = "select count(*) from primary"
        DefaultLabels=["frequency"="monthly"]
        # a comment
        Rules = [ CustomSql $mySql between 0 and 100, RowCount > 9 labels=["frequency"="daily"] ]
        Analyzers = [ AllStatistics "id", ColumnLength "word" ]""",
        DATA,
    )
    assert report.score == 0.5
    assert [one.labels for one in report.outcomes] == [
        {"frequency": "monthly"},
        {"frequency": "daily"},
    ]
    assert report.analyzed["Column.id.Maximum"] == 104.0
    assert report.analyzed["Column.word.MaximumLength"] == 2.0


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('rules = [ IsComplete "a" ]', (1, 0)),
        ('Rules = [ IsComplete "a"', (1, 24)),
        ('Rules = [\n  IsCompleet "a"\n]', (2, 2)),
        ('Rules = [ Mean "a" ]', (1, 19)),
        ('Rules = [ IsComplete "a" IsUnique "b" ]', (1, 25)),
        ('Rules = [ IsComplete "a", ]', (1, 26)),
        ('Rules = [ IsComplete "a" > 1 ]', (1, 29)),
        ("Rules = [ (RowCount > 1) and (RowCount > 2) or (RowCount > 3) ]", (1, 44)),
        ("IsComplete", (1, 10)),
    ],
)
def test_wrong_dqdl_says_where(text, place):
    with pytest.raises(DqdlError, match="Parsing Error: line") as caught:
        parse(text)
    assert (caught.value.line, caught.value.column) == place


@pytest.mark.proves("Glue Data Quality", "DetectAnomalies and rules on files", kind="not here")
@pytest.mark.parametrize(
    "rule", ['DetectAnomalies "RowCount"', 'FileSize "s3://b/" > 2', 'FileFreshness "s3://b/" > 1']
)
def test_refused_by_name(rule):
    with pytest.raises(LabLimit, match=rule.split()[0]):
        parse(f"Rules = [ {rule} ]")
