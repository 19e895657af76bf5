"""What the API answers about crawlers and crawls.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-crawling.html (not checked)
A crawl has ``crawl_id status start_time end_time error summary counts log_stream``.
"""

import json

LOG_GROUP = "/aws-glue/crawlers"
_ACTIONS = {"create": "ADD", "update": "UPDATE", "delete": "DELETE"}


def counted(changes) -> tuple[dict, dict]:
    """Return how many tables were created, updated and deleted, and a crawl's ``Summary``."""
    counts, summary = {}, {}
    for change in changes:
        if change.kind == "table":
            counts[change.action] = counts.get(change.action, 0) + 1
        kinds = summary.setdefault(change.kind.upper(), {})
        action = _ACTIONS.get(change.action, change.action.upper())
        kinds[action] = kinds.get(action, 0) + 1
    return counts, summary


def crawler(found: dict, crawler) -> dict:
    """Return a crawler as GetCrawler does; ``found`` is the part that moto knows."""
    found = {key: value for key, value in found.items() if value is not None}
    policy = {"UpdateBehavior": "UPDATE_IN_DATABASE", "DeleteBehavior": "DEPRECATE_IN_DATABASE"}
    found["SchemaChangePolicy"] = policy | (crawler.schema_change_policy or {})
    found.setdefault("RecrawlPolicy", {"RecrawlBehavior": "CRAWL_EVERYTHING"})
    if "Schedule" in found:
        found["Schedule"]["State"] = crawler.schedule_state
    for last in crawler.crawls[-1:]:
        status = "SUCCEEDED" if last.status == "COMPLETED" else last.status
        found["LastCrawl"] |= {"Status": status}
        found["LastCrawl"] |= {"ErrorMessage": last.error} if last.error else {}
    return found


def crawl(crawl) -> dict:
    """Return a crawl as ListCrawls does."""
    found = {
        "CrawlId": crawl.crawl_id,
        "State": crawl.status,
        "StartTime": crawl.start_time,
        "EndTime": crawl.end_time,
        "Summary": json.dumps(crawl.summary),
        "LogGroup": LOG_GROUP,
        "LogStream": crawl.log_stream,
        "MessagePrefix": crawl.message_prefix,
        "ErrorMessage": crawl.error,
    }
    return {name: value for name, value in found.items() if value}


def metrics(name: str, crawls: list) -> dict:
    """Return a crawler's entry of GetCrawlerMetrics; times are those of the crawls, in seconds."""
    times = sorted((one.end_time - one.start_time).total_seconds() for one in crawls)
    counts = crawls[-1].counts if crawls else {}
    last = (crawls[-1].end_time - crawls[-1].start_time).total_seconds() if crawls else 0.0
    return {
        "CrawlerName": name,
        "TimeLeftSeconds": 0.0,
        "StillEstimating": False,
        "LastRuntimeSeconds": last,
        "MedianRuntimeSeconds": times[len(times) // 2] if times else 0.0,
        "TablesCreated": counts.get("create", 0),
        "TablesUpdated": counts.get("update", 0),
        "TablesDeleted": counts.get("delete", 0),
    }


def event(name: str, crawl, account: str) -> dict:
    """Return the detail of the event that a crawl sends at its end."""
    found = {"crawlerName": name, "accountId": account}
    found["state"] = "Succeeded" if crawl.status == "COMPLETED" else "Failed"
    found["message"] = crawl.error or "Crawler Run finished"
    words = {"create": "tablesCreated", "update": "tablesUpdated", "delete": "tablesDeleted"}
    return found | {word: str(crawl.counts.get(kind, 0)) for kind, word in words.items()}
