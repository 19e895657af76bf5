"""Data Quality on tables of the catalog (model: ``dealab.models.dqdl``); moto has none of it."""

from dealab.cloud.glue.common import acting, answer, in_its_words, kept, now, refuse, tell
from dealab.models.dqdl import documents

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
    with in_its_words():
        return documents.ruleset(text)


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


def _lookup(name: str, role: str):
    """Return the data of ``database.table``, which a rule may name, or None."""
    from botocore.exceptions import ClientError

    database, _, table = name.rpartition(".")
    try:
        with acting(role, "GlueDataQuality"):
            return _read({"GlueTable": {"DatabaseName": database, "TableName": table}})
    except ClientError:
        return None


def _evaluate(backend, run: dict, name: str, ruleset, primary, references) -> str:
    from moto.moto_api._internal import mock_random

    from dealab.models.dqdl import evaluate

    options, started = run.get("AdditionalRunOptions") or {}, now()
    by_rows = options.get("CompositeRuleEvaluationMethod") == "ROW"
    report = evaluate(
        ruleset,
        primary,
        references,
        now=started,
        by_rows=by_rows,
        lookup=lambda name: _lookup(name, run["Role"]),
    )
    result = documents.result(report) | {
        "ResultId": f"dqresult-{mock_random.get_random_hex(40)}",
        "DataSource": run["DataSource"],
        "RulesetName": name,
        "RulesetEvaluationRunId": run["RunId"],
        "StartedOn": started,
        "CompletedOn": now(),
    }
    kept(backend, "quality results")[result["ResultId"]] = result
    _publish(backend, run, result)
    return result["ResultId"]


def _publish(backend, run, result: dict) -> None:
    """Send the event and, if asked for, the metrics of a result."""
    import boto3

    table = _table(run["DataSource"])
    detail = documents.event(result, table, backend.account_id)
    kind = "Data Quality Evaluation Results Available"
    tell(backend, kind, detail, source="aws.glue-dataquality")
    if (run.get("AdditionalRunOptions") or {}).get("CloudWatchMetricsEnabled"):
        boto3.client("cloudwatch", region_name=backend.region_name).put_metric_data(
            Namespace="Glue Data Quality",
            MetricData=documents.metric_data(result, table, backend.account_id, now()),
        )
