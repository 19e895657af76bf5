"""What a crawler is told: its policies and its ``Configuration`` text; and exclude patterns.

https://docs.aws.amazon.com/glue/latest/dg/crawler-configuration.html (checked 2026-11-23)
"""

import json
import re
from dataclasses import dataclass

from dealab.models.refusals import Refused
from dealab.sql.errors import LabLimit

LOG = "LOG"


class BadSettings(Refused):
    """The service would refuse these settings; the text is its message."""

    def __init__(self, message: str):
        super().__init__("InvalidInputException", message)


@dataclass(frozen=True)
class Settings:
    """A crawler's settings, as the API names them, with its defaults."""

    name: str = "crawler"
    database: str = "default"
    prefix: str = ""
    update: str = "UPDATE_IN_DATABASE"
    delete: str = "DEPRECATE_IN_DATABASE"
    recrawl: str = "CRAWL_EVERYTHING"
    combine: bool = False  # Grouping.TableGroupingPolicy CombineCompatibleSchemas
    level: int | None = None  # Grouping.TableLevelConfiguration: 1 is the bucket
    inherit: bool = False  # CrawlerOutput.Partitions InheritFromTable
    merge_columns: bool = False  # CrawlerOutput.Tables MergeNewColumns
    threshold: int | None = None  # CrawlerOutput.Tables.TableThreshold
    classifiers: tuple[dict, ...] = ()

    @classmethod
    def read(
        cls, name, database, prefix, policy, recrawl, configuration, classifiers=()
    ) -> "Settings":
        """Read the members of CreateCrawler. Raises BadSettings where the service refuses them."""
        policy, recrawl = policy or {}, (recrawl or {}).get("RecrawlBehavior") or "CRAWL_EVERYTHING"
        if recrawl == "CRAWL_NEW_FOLDERS_ONLY":
            policy = {"UpdateBehavior": LOG, "DeleteBehavior": LOG} | policy
            if set(policy.values()) != {LOG}:
                raise BadSettings(
                    'The SchemaChangePolicy for "Crawl new folders only" Amazon S3 target can have '
                    "only LOG DeleteBehavior value and LOG UpdateBehavior value."
                )
        try:
            told = json.loads(configuration) if configuration else {}
        except ValueError as error:
            raise BadSettings(f"Invalid configuration JSON: {error}") from error
        if not isinstance(told, dict) or (told and told.get("Version") != 1.0):
            raise BadSettings("Crawler configuration must be a JSON object with Version 1.0")
        grouping, output = told.get("Grouping", {}), told.get("CrawlerOutput", {})
        tables = output.get("Tables", {})
        return cls(
            name=name,
            database=(database or "default").lower(),
            prefix=(prefix or "").lower(),
            update=policy.get("UpdateBehavior") or cls.update,
            delete=policy.get("DeleteBehavior") or cls.delete,
            recrawl=recrawl,
            combine=grouping.get("TableGroupingPolicy") == "CombineCompatibleSchemas",
            level=grouping.get("TableLevelConfiguration"),
            inherit=output.get("Partitions", {}).get("AddOrUpdateBehavior") == "InheritFromTable",
            merge_columns=tables.get("AddOrUpdateBehavior") == "MergeNewColumns",
            threshold=tables.get("TableThreshold"),
            classifiers=tuple(classifiers),
        )


def check_targets(targets: dict | None, recrawl: dict | None) -> None:
    """Refuse what a crawler may not look at. Raises BadSettings, LabLimit."""
    for kind, listed in (targets or {}).items():
        if listed and kind != "S3Targets":
            raise LabLimit(
                f"crawlers over {kind}",
                "The crawler connects to the data store or reads the catalog tables.",
                "Crawlers reach S3, JDBC databases, DynamoDB, DocumentDB and open table formats.",
            )
    if not (targets or {}).get("S3Targets"):
        raise BadSettings("Crawler must have at least one target")
    if (recrawl or {}).get("RecrawlBehavior") == "CRAWL_EVENT_MODE":
        raise LabLimit(
            "crawlers in event mode",
            "The crawler takes the changed folders from an SQS queue.",
            "Event mode reads what changed and not the whole folder, so it is faster and cheaper.",
        )


def excluded(key: str, patterns) -> bool:
    """Tell whether a key (relative to the include path) matches any of the glob patterns.

    https://docs.aws.amazon.com/glue/latest/dg/define-crawler.html#crawler-data-stores-exclude
    A pattern that names a folder (``myfolder**``) takes what is below it, too.
    """
    return any(_regex(pattern.strip()).fullmatch(key) for pattern in patterns)


def _regex(glob: str) -> re.Pattern:
    made, at, depth = [], 0, 0
    while at < len(glob):
        char = glob[at]
        end = glob.find("]", at + 2)
        if glob.startswith("**", at):
            made.append(".*")
            at += 1
        elif char == "*":
            made.append("[^/]*")
        elif char == "?":
            made.append("[^/]")
        elif char == "\\" and at + 1 < len(glob):
            at += 1
            made.append(re.escape(glob[at]))
        elif char == "[" and end > 0:
            inside = glob[at + 1 : end]
            negated = inside.startswith("!")
            inside = inside[1:] if negated else inside
            inside = re.sub(r"([\\\[\]^&~|])", r"\\\1", inside)
            made.append(f"(?!/)[{'^' if negated else ''}{inside}]")
            at = end
        elif char == "{":
            depth, _ = depth + 1, made.append("(?:")
        elif char == "}" and depth:
            depth, _ = depth - 1, made.append(")")
        elif char == "," and depth:
            made.append("|")
        else:
            made.append(re.escape(char))
        at += 1
    try:
        return re.compile("".join(made), re.DOTALL)
    except re.error as error:
        raise BadSettings(f"Invalid exclude pattern: {glob}") from error
