"""Crawlers that look into S3 and write to the catalog (model: ``dealab.models.crawler``)."""

from dealab.cloud.glue.common import (
    acting,
    answer,
    check_schedule,
    in_its_words,
    kept,
    now,
    on_schedule,
    refuse,
    tell,
    write_log,
)
from dealab.models.crawler import documents
from dealab.models.crawler.custom import Classifiers
from dealab.models.crawler.settings import BadSettings, Settings, check_targets

_MEMBERS = {
    "Role": "role",
    "DatabaseName": "database_name",
    "Description": "description",
    "Targets": "targets",
    "Schedule": "schedule",
    "Classifiers": "classifiers",
    "TablePrefix": "table_prefix",
    "SchemaChangePolicy": "schema_change_policy",
    "RecrawlPolicy": "recrawl_policy",
    "Configuration": "configuration",
}


def join(lab_of) -> None:
    from moto.glue.models import FakeCrawl, FakeCrawler, GlueBackend

    create, as_dict = GlueBackend.create_crawler, FakeCrawler.as_dict

    def create_crawler(self, name, **given):
        _check(self, name, given)
        create(self, name=name, **given)
        self.crawlers[name].schedule_state = "SCHEDULED"
        on_schedule(
            self,
            f"crawler {name}",
            lambda: _expression(self, name),
            lambda: run(self, self.crawlers[name]),
        )

    def start_crawler(self, name):
        run(self, self.get_crawler(name))

    def crawler_as_dict(self):
        return documents.crawler(as_dict(self), self)

    FakeCrawl.as_dict = documents.crawl
    GlueBackend.create_crawler, GlueBackend.start_crawler = create_crawler, start_crawler
    FakeCrawler.as_dict = crawler_as_dict
    FakeCrawl.advance = lambda self: None
    answer(
        {
            "update_crawler": _update,
            "get_crawler_metrics": _metrics,
            "update_crawler_schedule": _set_schedule,
            "start_crawler_schedule": lambda b, given: _schedule(b, given, "SCHEDULED"),
            "stop_crawler_schedule": lambda b, given: _schedule(b, given, "NOT_SCHEDULED"),
            "create_classifier": lambda b, given: _classifiers(b).create(given, now()),
            "get_classifier": lambda b, given: {"Classifier": _classifiers(b).find(given["Name"])},
            "get_classifiers": lambda b, given: {"Classifiers": _classifiers(b).every()},
            "delete_classifier": lambda b, given: _classifiers(b).delete(given["Name"]),
        }
    )


# --- settings -------------------------------------------------------------------------


def _check(backend, name: str, given: dict) -> Settings:
    if given.get("schedule"):
        check_schedule(given["schedule"])
    told = [given.get(n) for n in ("database_name", "table_prefix", "schema_change_policy")]
    told += [given.get(n) for n in ("recrawl_policy", "configuration")]
    with in_its_words():
        find = _classifiers(backend).find
        classifiers = [find(one) for one in given.get("classifiers") or []]
        check_targets(given.get("targets"), given.get("recrawl_policy"))
        return Settings.read(name, *told, classifiers)


def _update(backend, given: dict) -> None:
    crawler = backend.get_crawler(given["Name"])
    told = {name: getattr(crawler, name) for name in _MEMBERS.values()}
    told |= {_MEMBERS[key]: value for key, value in given.items() if key in _MEMBERS}
    _check(backend, crawler.name, told)
    vars(crawler).update(told)
    crawler.version, crawler.last_updated = crawler.version + 1, now()


def _expression(backend, name: str):
    crawler = backend.crawlers.get(name)
    return crawler.schedule if crawler and crawler.schedule_state == "SCHEDULED" else None


def _set_schedule(backend, given: dict) -> None:
    check_schedule(given["Schedule"])
    backend.get_crawler(given["CrawlerName"]).schedule = given["Schedule"]


def _schedule(backend, given: dict, state: str) -> None:
    crawler = backend.get_crawler(given["CrawlerName"])
    if not crawler.schedule:
        raise refuse("NoScheduleException", f"Crawler {crawler.name} has no schedule")
    if crawler.schedule_state == state:
        raise refuse(
            "SchedulerRunningException" if state == "SCHEDULED" else "SchedulerNotRunningException",
            f"The schedule of crawler {crawler.name} is already {state}",
        )
    crawler.schedule_state = state


def _classifiers(backend) -> Classifiers:
    held = kept(backend, "classifiers")
    return held.setdefault("all", Classifiers())


def _metrics(backend, given: dict) -> dict:
    wanted = given.get("CrawlerNameList") or list(backend.crawlers)
    found = [backend.crawlers[name] for name in wanted if name in backend.crawlers]
    return {"CrawlerMetricsList": [documents.metrics(one.name, one.crawls) for one in found]}


# --- running --------------------------------------------------------------------------


def run(backend, crawler) -> None:
    """Crawl now. What goes wrong in reading is the crawl's error; LabLimit is raised."""
    from botocore.exceptions import ClientError
    from moto.glue.exceptions import CrawlerRunningException
    from moto.glue.models import FakeCrawl

    from dealab.sql.errors import LabLimit

    if crawler.status == "RUNNING":
        raise CrawlerRunningException(f"Crawler with name {crawler.name} has already started")
    given = {name: getattr(crawler, name) for name in _MEMBERS.values()}
    settings = _check(backend, crawler.name, given)
    crawl = FakeCrawl(crawler.name)
    crawl.status, crawl.start_time, crawl.error, crawl.summary = "RUNNING", now(), "", {}
    crawl.counts, crawl.end_time = {}, None
    crawler.crawls.append(crawl)
    tell(backend, "Glue Crawler State Change", {"crawlerName": crawler.name, "state": "Started"})
    lines = [f"BENCHMARK : Running Start Crawl for Crawler {crawler.name}"]
    try:
        with acting(crawler.role, f"AWS-Crawler-{crawler.name}"[:64]):
            changes = _crawl(backend, crawler, settings)
        crawl.counts, crawl.summary = documents.counted(changes)
        crawl.status = "COMPLETED"
        lines += [f"INFO : {change.text}" for change in changes]
    except (ClientError, BadSettings, PermissionError) as error:
        crawl.status, crawl.error = "FAILED", str(error)
        lines.append(f"ERROR : {error}")
    except LabLimit:
        crawler.crawls.remove(crawl)
        raise
    crawl.end_time = now()
    lines.append("BENCHMARK : Crawler has finished running and is in state READY")
    text = "\n".join(f"[{crawl.crawl_id}] {line}" for line in lines)
    write_log(backend, crawl.log_group, crawler.name, text)
    detail = documents.event(crawler.name, crawl, backend.account_id)
    tell(backend, "Glue Crawler State Change", detail)


def _crawl(backend, crawler, settings: Settings) -> list:
    import boto3

    from dealab.models.crawler import Target, find_tables, plan

    glue = boto3.client("glue", region_name=backend.region_name)
    seen = kept(backend, "folders").setdefault(crawler.name, set())
    again = settings.recrawl == "CRAWL_EVERYTHING"
    crawls = []
    for told in crawler.targets["S3Targets"]:
        path = told["Path"] if told["Path"].startswith("s3://") else "s3://" + told["Path"]
        target = Target(path, tuple(told.get("Exclusions", ())), told.get("SampleSize"))
        crawls.append(find_tables(_things(target), target, settings, () if again else seen))
    count = sum(len(crawl.tables) for crawl in crawls)
    if settings.threshold and count > settings.threshold:
        raise BadSettings(
            f"The number of tables detected by the crawler: {count} is greater than the table "
            f"threshold value provided: {settings.threshold}."
        )
    try:
        glue.get_database(Name=settings.database)
    except glue.exceptions.EntityNotFoundException:
        glue.create_database(DatabaseInput={"Name": settings.database})
    pages = glue.get_paginator("get_tables").paginate(DatabaseName=settings.database)
    tables = [table for page in pages for table in page["TableList"]]
    partitions = {
        table["Name"]: [
            part
            for page in glue.get_paginator("get_partitions").paginate(
                DatabaseName=settings.database, TableName=table["Name"]
            )
            for part in page["Partitions"]
        ]
        for table in tables
        if table.get("PartitionKeys")
    }
    changes = plan(crawls, tables, partitions, settings)
    for change in changes:
        _apply(glue, settings.database, change)
    seen |= {folder for crawl in crawls for folder in crawl.folders}
    return changes


def _things(target) -> list:
    import boto3

    from dealab.models.crawler import Thing

    s3 = boto3.client("s3")

    def reader(key):
        return lambda: s3.get_object(Bucket=target.bucket, Key=key)["Body"].read()

    exact = target.path.removeprefix("s3://").partition("/")[2]
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=target.bucket, Prefix=exact)
    return [
        Thing(found["Key"], found["Size"], reader(found["Key"]))
        for page in pages
        for found in page.get("Contents", ())
    ]


def _apply(glue, database: str, change) -> None:
    entry, table = change.entry, {"DatabaseName": database}
    if change.action == "log":
        return
    if change.kind == "partition":
        table |= {"TableName": change.table}
        if change.action == "create":
            glue.create_partition(**table, PartitionInput=entry)
        elif change.action == "delete":
            glue.delete_partition(**table, PartitionValues=entry["Values"])
        else:
            glue.update_partition(**table, PartitionValueList=entry["Values"], PartitionInput=entry)
    elif change.action == "create":
        glue.create_table(**table, TableInput=entry)
    elif change.action == "delete":
        glue.delete_table(**table, Name=change.table)
    else:
        glue.update_table(**table, TableInput=entry)
