"""Custom classifiers as Glue keeps them.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-classifiers.html (not checked)
"""

from dealab.models.refusals import Refused
from dealab.sql.errors import LabLimit

_KINDS = ("CsvClassifier", "JsonClassifier", "GrokClassifier", "XMLClassifier")


class Classifiers:
    """The classifiers of one account and Region: name -> {kind: settings}."""

    def __init__(self):
        self._kept: dict[str, dict] = {}

    def create(self, given: dict, now) -> None:
        """Keep a classifier (the members of CreateClassifier). Raises Refused, LabLimit."""
        kind = next(name for name in _KINDS if given.get(name))
        if kind in _KINDS[2:]:
            raise LabLimit(
                f"a {kind}",
                "A grok pattern or an XML row tag makes the columns.",
                "Built-in classifiers know JSON, Avro, Parquet, ORC and CSV; custom ones are "
                "tried first.",
            )
        told = {"Version": 1, "CreationTime": now, "LastUpdated": now} | given[kind]
        if told["Name"] in self._kept:
            raise Refused("AlreadyExistsException", f"{told['Name']} already exists")
        self._kept[told["Name"]] = {kind: told}

    def find(self, name: str) -> dict:
        if name not in self._kept:
            raise Refused("EntityNotFoundException", f"Classifier {name} not found.")
        return self._kept[name]

    def every(self) -> list[dict]:
        return list(self._kept.values())

    def delete(self, name: str) -> None:
        self.find(name)
        del self._kept[name]
