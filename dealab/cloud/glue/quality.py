"""Data Quality on tables of the catalog (model: ``dealab.models.dqdl``); moto has none of it."""

from dealab.cloud.glue.common import acting, answer, kept, now, refuse, tell

_RUN = ("RunId", "DataSource", "Role", "NumberOfWorkers", "Timeout", "AdditionalRunOptions")


def join(lab_of) -> None:
    answer(
        {
            "create_data_quality_ruleset": _create,
            "update_data_quality_ruleset": _update,
            "get_data_quality_ruleset": lambda b, given: _named(b, given["Name"]),
            "delete_data_quality_ruleset": _delete,
            "list_data_quality_rulesets": _list,
            "start_data_quality_ruleset_evaluation_run": _start,
            "get_data_quality_ruleset_evaluation_run": lambda b, given: _found(
                b, "quality runs", given["RunId"]
            ),
            "list_data_quality_ruleset_evaluation_runs": lambda b, given: {
                "Runs": [_part(r, (*_RUN[:2], "Status", "StartedOn")) for r in _all(b, "runs")]
            },
            "get_data_quality_result": lambda b, given: _found(
                b, "quality results", given["ResultId"]
            ),
            "batch_get_data_quality_result": _batch,
            "list_data_quality_results": lambda b, given: {
                "Results": [
                    _part(r, ("ResultId", "DataSource", "StartedOn")) for r in _all(b, "results")
                ]
            },
        }
    )


def _all(backend, kind: str) -> list[dict]:
    return list(kept(backend, f"quality {kind}").values())[::-1]


def _part(document: dict, names) -> dict:
    return {name: document[name] for name in names if name in document}


def _found(backend, kind: str, name: str) -> dict:
    if name not in kept(backend, kind):
        raise refuse("EntityNotFoundException", f"Cannot find {kind[:-1]} {name}.")
    return kept(backend, kind)[name]


def _named(backend, name: str) -> dict:
    return _found(backend, "quality rulesets", name)


def _parsed(text: str):
    """Return a ruleset for the Data Catalog, which takes less than a job does."""
    from dealab.models.dqdl import DqdlError, parse

    try:
        found = parse(text)
    except DqdlError as error:
        raise refuse("InvalidInputException", str(error)) from error
    told = {
        "Analyzers": found.analyzers,
        "Dynamic rules": any(rule.dynamic for rule in found.rules),
        "Labels": found.labels or any(rule.labels for rule in found.rules),
    }
    for what, used in told.items():
        if used:
            message = f"{what} are only supported in AWS Glue ETL, not in the Data Catalog."
            raise refuse("InvalidInputException", message)
    if not found.rules:
        raise refuse("InvalidInputException", "The ruleset has no rules.")
    return found


def _create(backend, given: dict) -> dict:
    if given["Name"] in kept(backend, "quality rulesets"):
        message = f"Another ruleset with the same name already exists: {given['Name']}"
        raise refuse("AlreadyExistsException", message)
    _parsed(given["Ruleset"])
    told = _part(given, ("Name", "Description", "Ruleset", "TargetTable"))
    kept(backend, "quality rulesets")[given["Name"]] = told | {
        "CreatedOn": now(),
        "LastModifiedOn": now(),
    }
    return {"Name": given["Name"]}


def _update(backend, given: dict) -> dict:
    found = _named(backend, given["Name"])
    if given.get("Ruleset"):
        _parsed(given["Ruleset"])
    found.update(_part(given, ("Description", "Ruleset")), LastModifiedOn=now())
    return _part(found, ("Name", "Description", "Ruleset"))


def _delete(backend, given: dict) -> None:
    _named(backend, given["Name"])
    del kept(backend, "quality rulesets")[given["Name"]]


def _list(backend, given: dict) -> dict:
    names = ("Name", "Description", "CreatedOn", "LastModifiedOn", "TargetTable")
    return {
        "Rulesets": [
            _part(one, names) | {"RuleCount": len(_parsed(one["Ruleset"]).rules)}
            for one in _all(backend, "rulesets")
        ]
    }


def _batch(backend, given: dict) -> dict:
    there = kept(backend, "quality results")
    return {
        "Results": [there[name] for name in given["ResultIds"] if name in there],
        "ResultsNotFound": [name for name in given["ResultIds"] if name not in there],
    }


# --- evaluating -----------------------------------------------------------------------


def _start(backend, given: dict) -> dict:
    """Evaluate now. The run fails when the table can't be read."""
    from botocore.exceptions import ClientError
    from moto.moto_api._internal import mock_random

    from dealab.sql.errors import ServiceError

    rulesets = {name: _parsed(_named(backend, name)["Ruleset"]) for name in given["RulesetNames"]}
    run = _part(given, (*_RUN, "RulesetNames", "AdditionalDataSources"))
    run |= {"RunId": f"dqrun-{mock_random.get_random_hex(40)}", "StartedOn": now()}
    run |= {"ResultIds": [], "Status": "SUCCEEDED"}
    try:
        with acting(given["Role"], "GlueDataQuality"):
            primary = _read(given["DataSource"])
            others = given.get("AdditionalDataSources") or {}
            references = {name: _read(source) for name, source in others.items()}
            # A rule may also name a table of the catalog by its own name.
            for source in others.values():
                table = _table(source)
                name = f"{table['DatabaseName']}.{table['TableName']}"
                references.setdefault(
                    name, references[next(k for k in others if others[k] is source)]
                )
        for name, ruleset in rulesets.items():
            run["ResultIds"].append(_evaluate(backend, run, name, ruleset, primary, references))
    except (ClientError, ServiceError, PermissionError) as error:
        run |= {"Status": "FAILED", "ErrorString": str(error)}
    run |= {"CompletedOn": now(), "LastModifiedOn": now()}
    run["ExecutionTime"] = int((run["CompletedOn"] - run["StartedOn"]).total_seconds())
    kept(backend, "quality runs")[run["RunId"]] = run
    return {"RunId": run["RunId"]}


def _table(source: dict) -> dict:
    return source.get("GlueTable") or source["DataQualityGlueTable"]


def _read(source: dict):
    """Return a table of the lake as a DataFrame, read as a query would."""
    import boto3

    from dealab.sql import Athena

    table = _table(source)
    boto3.client("glue").get_table(DatabaseName=table["DatabaseName"], Name=table["TableName"])
    name = table["TableName"].replace('"', '""')
    return Athena(database=table["DatabaseName"]).run(f'SELECT * FROM "{name}"').df()


def _evaluate(backend, run: dict, name: str, ruleset, primary, references) -> str:
    from moto.moto_api._internal import mock_random

    from dealab.models.dqdl import evaluate

    options, started = run.get("AdditionalRunOptions") or {}, now()
    by_rows = options.get("CompositeRuleEvaluationMethod") == "ROW"
    report = evaluate(ruleset, primary, references, now=started, by_rows=by_rows)
    result = {
        "ResultId": f"dqresult-{mock_random.get_random_hex(40)}",
        "Score": report.score,
        "DataSource": run["DataSource"],
        "RulesetName": name,
        "RulesetEvaluationRunId": run["RunId"],
        "StartedOn": started,
        "CompletedOn": now(),
        "RuleResults": [
            {"Name": one.name, "Description": one.rule, "Result": one.result}
            | {"EvaluatedMetrics": one.metrics, "EvaluatedRule": one.rule}
            | ({"EvaluationMessage": one.message} if one.message else {})
            for one in report.outcomes
        ],
    }
    kept(backend, "quality results")[result["ResultId"]] = result
    good = sum(one.result == "PASS" for one in report.outcomes)
    _publish(backend, run, name, result, good, len(report.outcomes) - good)
    return result["ResultId"]


def _publish(backend, run, name: str, result: dict, good: int, bad: int) -> None:
    """Send the event and, if asked for, the metrics of a result.

    https://docs.aws.amazon.com/glue/latest/dg/data-quality-alerts.html (checked 2026-11-23)
    """
    import boto3

    table = _table(run["DataSource"])
    context = {"contextType": "GLUE_DATA_CATALOG", "runId": run["RunId"]}
    context |= {"databaseName": table["DatabaseName"], "tableName": table["TableName"]}
    context |= {"catalogId": backend.account_id}
    detail = {"context": context, "resultId": result["ResultId"], "rulesetNames": [name]}
    detail |= {"state": "FAILED" if bad else "SUCCEEDED", "score": result["Score"]}
    detail |= {"numRulesSucceeded": good, "numRulesFailed": bad, "numRulesSkipped": 0}
    kind = "Data Quality Evaluation Results Available"
    tell(backend, kind, detail, source="aws.glue-dataquality")
    if not (run.get("AdditionalRunOptions") or {}).get("CloudWatchMetricsEnabled"):
        return
    told = {"Ruleset": name, "Table": table["TableName"], "Database": table["DatabaseName"]}
    told["CatalogId"] = backend.account_id
    dimensions = [{"Name": key, "Value": value} for key, value in told.items()]
    boto3.client("cloudwatch", region_name=backend.region_name).put_metric_data(
        Namespace="Glue Data Quality",
        MetricData=[
            {
                "MetricName": f"glue.data.quality.rules.{word}",
                "Dimensions": dimensions,
                "Timestamp": now(),
                "Value": float(count),
            }
            for word, count in (("passed", good), ("failed", bad))
        ],
    )
