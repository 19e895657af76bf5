"""Data Quality on the Data Catalog: what it takes, and its results as documents.

https://docs.aws.amazon.com/glue/latest/dg/data-quality-alerts.html (not checked)
"""

from dealab.models.dqdl.parser import DqdlError, Ruleset, parse
from dealab.models.refusals import Refused


def ruleset(text: str) -> Ruleset:
    """Read a ruleset for a table of the catalog, which takes less than a job does.

    Raises Refused, LabLimit.
    """
    try:
        found = parse(text)
    except DqdlError as error:
        raise Refused("InvalidInputException", str(error)) from error
    told = {
        "Analyzers": found.analyzers,
        "Dynamic rules": any(rule.dynamic for rule in found.rules),
        "Labels": found.labels or any(rule.labels for rule in found.rules),
    }
    for what, used in told.items():
        if used:
            message = f"{what} are only supported in AWS Glue ETL, not in the Data Catalog."
            raise Refused("InvalidInputException", message)
    if not found.rules:
        raise Refused("InvalidInputException", "The ruleset has no rules.")
    return found


def result(report) -> dict:
    """Return the score and the rules' outcomes as GetDataQualityResult does."""
    return {
        "Score": report.score,
        "RuleResults": [
            {"Name": one.name, "Description": one.rule, "Result": one.result}
            | {"EvaluatedMetrics": one.metrics, "EvaluatedRule": one.rule}
            | ({"EvaluationMessage": one.message} if one.message else {})
            for one in report.outcomes
        ],
    }


def _counts(result: dict) -> tuple[int, int]:
    found = [one["Result"] for one in result["RuleResults"]]
    return found.count("PASS"), len(found) - found.count("PASS")


def event(result: dict, table: dict, account: str) -> dict:
    """Return the detail of "Data Quality Evaluation Results Available"."""
    good, bad = _counts(result)
    return {
        "context": {
            "contextType": "GLUE_DATA_CATALOG",
            "runId": result["RulesetEvaluationRunId"],
            "databaseName": table["DatabaseName"],
            "tableName": table["TableName"],
            "catalogId": account,
        },
        "resultId": result["ResultId"],
        "rulesetNames": [result["RulesetName"]],
        "state": "FAILED" if bad else "SUCCEEDED",
        "score": result["Score"],
        "numRulesSucceeded": good,
        "numRulesFailed": bad,
        "numRulesSkipped": 0,
    }


def metric_data(result: dict, table: dict, account: str, time) -> list[dict]:
    """Return the two metrics of a result, as PutMetricData takes them."""
    told = {"Ruleset": result["RulesetName"], "Table": table["TableName"]}
    told |= {"Database": table["DatabaseName"], "CatalogId": account}
    return [
        {
            "MetricName": f"glue.data.quality.rules.{word}",
            "Dimensions": [{"Name": name, "Value": value} for name, value in told.items()],
            "Timestamp": time,
            "Value": float(count),
        }
        for word, count in zip(("passed", "failed"), _counts(result), strict=True)
    ]
