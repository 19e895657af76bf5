"""Data Quality's operations on tables of the Data Catalog: rulesets, runs, results.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-data-quality-api.html (not checked)
Left out: recommendation runs, results by time; a run has ended when the call that starts it ends.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from dealab.models.dqdl import documents, evaluate
from dealab.models.refusals import Refused

_RUN = ("RunId", "DataSource", "Role", "NumberOfWorkers", "Timeout", "AdditionalRunOptions")
_LISTED = ("Name", "Description", "CreatedOn", "LastModifiedOn", "TargetTable")


@dataclass
class Quality:
    """What one account and Region keeps. Each operation takes the members of its API call.

    ``now()``; ``number()`` makes an id; ``read(source, role)`` gives a table as a DataFrame or
    raises one of ``unreadable``; ``publish(run, result)`` sends events and metrics.
    """

    now: Callable
    number: Callable
    read: Callable
    publish: Callable
    unreadable: tuple
    rulesets: dict = field(default_factory=dict)
    runs: dict = field(default_factory=dict)
    results: dict = field(default_factory=dict)

    def create_data_quality_ruleset(self, given: dict) -> dict:
        if given["Name"] in self.rulesets:
            message = f"Another ruleset with the same name already exists: {given['Name']}"
            raise Refused("AlreadyExistsException", message)
        documents.ruleset(given["Ruleset"])
        told = _part(given, ("Name", "Description", "Ruleset", "TargetTable"))
        moments = {"CreatedOn": self.now(), "LastModifiedOn": self.now()}
        self.rulesets[given["Name"]] = told | moments
        return {"Name": given["Name"]}

    def update_data_quality_ruleset(self, given: dict) -> dict:
        found = self.get_data_quality_ruleset(given)
        if given.get("Ruleset"):
            documents.ruleset(given["Ruleset"])
        found.update(_part(given, ("Description", "Ruleset")), LastModifiedOn=self.now())
        return _part(found, ("Name", "Description", "Ruleset"))

    def get_data_quality_ruleset(self, given: dict) -> dict:
        return _found(self.rulesets, "quality ruleset", given["Name"])

    def delete_data_quality_ruleset(self, given: dict) -> None:
        self.get_data_quality_ruleset(given)
        del self.rulesets[given["Name"]]

    def list_data_quality_rulesets(self, given: dict) -> dict:
        return {
            "Rulesets": [
                _part(one, _LISTED) | {"RuleCount": len(documents.ruleset(one["Ruleset"]).rules)}
                for one in [*self.rulesets.values()][::-1]
            ]
        }

    def get_data_quality_ruleset_evaluation_run(self, given: dict) -> dict:
        return _found(self.runs, "quality run", given["RunId"])

    def list_data_quality_ruleset_evaluation_runs(self, given: dict) -> dict:
        names = (*_RUN[:2], "Status", "StartedOn")
        return {"Runs": [_part(run, names) for run in [*self.runs.values()][::-1]]}

    def get_data_quality_result(self, given: dict) -> dict:
        return _found(self.results, "quality result", given["ResultId"])

    def batch_get_data_quality_result(self, given: dict) -> dict:
        wanted = given["ResultIds"]
        return {
            "Results": [self.results[name] for name in wanted if name in self.results],
            "ResultsNotFound": [name for name in wanted if name not in self.results],
        }

    def list_data_quality_results(self, given: dict) -> dict:
        names = ("ResultId", "DataSource", "StartedOn")
        return {"Results": [_part(one, names) for one in [*self.results.values()][::-1]]}

    def start_data_quality_ruleset_evaluation_run(self, given: dict) -> dict:
        """Evaluate now. The run fails when the table can't be read."""
        rulesets = {
            name: documents.ruleset(self.get_data_quality_ruleset({"Name": name})["Ruleset"])
            for name in given["RulesetNames"]
        }
        run = _part(given, (*_RUN, "RulesetNames", "AdditionalDataSources"))
        run |= {"RunId": f"dqrun-{self.number()}", "StartedOn": self.now()}
        run |= {"ResultIds": [], "Status": "SUCCEEDED"}
        try:
            primary = self.read(given["DataSource"], given["Role"])
            others = given.get("AdditionalDataSources") or {}
            references = {name: self.read(one, given["Role"]) for name, one in others.items()}
            for name, ruleset in rulesets.items():
                run["ResultIds"].append(self._evaluate(run, name, ruleset, primary, references))
        except self.unreadable as error:
            run |= {"Status": "FAILED", "ErrorString": str(error)}
        run |= {"CompletedOn": self.now(), "LastModifiedOn": self.now()}
        run["ExecutionTime"] = int((run["CompletedOn"] - run["StartedOn"]).total_seconds())
        self.runs[run["RunId"]] = run
        return {"RunId": run["RunId"]}

    def _evaluate(self, run: dict, name: str, ruleset, primary, references) -> str:
        options, started = run.get("AdditionalRunOptions") or {}, self.now()

        def lookup(named: str):
            """The data of ``database.table``, which a rule may name, or None."""
            database, _, table = named.rpartition(".")
            source = {"GlueTable": {"DatabaseName": database, "TableName": table}}
            try:
                return self.read(source, run["Role"])
            except self.unreadable[0]:
                return None

        report = evaluate(
            ruleset,
            primary,
            references,
            now=started,
            by_rows=options.get("CompositeRuleEvaluationMethod") == "ROW",
            lookup=lookup,
        )
        result = documents.result(report) | {
            "ResultId": f"dqresult-{self.number()}",
            "DataSource": run["DataSource"],
            "RulesetName": name,
            "RulesetEvaluationRunId": run["RunId"],
            "StartedOn": started,
            "CompletedOn": self.now(),
        }
        self.results[result["ResultId"]] = result
        self.publish(run, result)
        return result["ResultId"]


def _part(document: dict, names) -> dict:
    return {name: document[name] for name in names if name in document}


def _found(kept: dict, kind: str, name: str) -> dict:
    if name not in kept:
        raise Refused("EntityNotFoundException", f"Cannot find {kind} {name}.")
    return kept[name]
