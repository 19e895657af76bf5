"""Triggers' conditions and the graph of an AWS Glue workflow, as pure documents.

Sources (not checked): https://docs.aws.amazon.com/glue/latest/dg/workflows_overview.html and
https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-workflow.html
"""


def met(predicate: dict, done: list[dict], so_far: dict) -> bool:
    """Tell whether a conditional trigger fires after these actions ended.

    ``done`` are {"kind", "name", "state"}. ``so_far`` (condition's place -> True) remembers what
    was met before and is changed: the conditions of ``AND`` may be met one after the other.
    """
    conditions = predicate.get("Conditions", [])
    for action in done:
        for place, condition in enumerate(conditions):
            if action["kind"] == "JOB":
                same = condition.get("JobName") == action["name"]
                hit = same and condition.get("State") == action["state"]
            else:
                same = condition.get("CrawlerName") == action["name"]
                hit = same and condition.get("CrawlState") == action["state"]
            if hit:
                so_far[place] = True
    wanted = any if predicate.get("Logical") in ("ANY", "OR") else all
    return bool(so_far) and wanted(so_far.get(place) for place in range(len(conditions)))


def fire(trigger, run, triggers: dict, act) -> None:
    """Run a trigger's actions, and those of the conditional triggers that they set off in turn.

    ``triggers`` (name -> trigger) have ``name actions trigger_type state workflow_name predicate``
    and ``met``, a dict of their own. ``act(trigger, action)`` runs an action to its end and returns
    {"kind", "name", "state", "id"}. ``run``: the workflow's run, or None.
    """
    waiting = [trigger]
    while waiting:
        current = waiting.pop(0)
        done = [act(current, action) for action in current.actions]
        if run is not None:
            run.done.append({"trigger": current.name, "actions": done})
        for other in list(triggers.values()):
            watches = other.trigger_type == "CONDITIONAL" and other.state == "ACTIVATED"
            together = other.workflow_name == (run and run.workflow_name)
            if watches and together and met(other.predicate.as_dict(), done, other.met):
                other.met = {}
                waiting.append(other)


def statistics(steps: list[dict]) -> dict:
    """Return a run's ``Statistics`` from what its triggers did."""
    states = [action["state"] for step in steps for action in step["actions"]]
    return {
        "TotalActions": len(states),
        "TimeoutActions": states.count("TIMEOUT"),
        "FailedActions": states.count("FAILED"),
        "StoppedActions": states.count("STOPPED"),
        "SucceededActions": states.count("SUCCEEDED"),
        "RunningActions": 0,
        "ErroredActions": 0,
        "WaitingActions": 0,
    }


def crawl(document: dict) -> dict:
    """Return a crawl as a workflow's graph shows it."""
    state = "SUCCEEDED" if document["State"] == "COMPLETED" else document["State"]
    names = {"StartTime": "StartedOn", "EndTime": "CompletedOn", "ErrorMessage": "ErrorMessage"}
    names |= {"LogGroup": "LogGroup", "LogStream": "LogStream"}
    return {"State": state} | {names[k]: v for k, v in document.items() if k in names and v}


def graph(triggers: list[dict], done: list[dict]) -> dict:
    """Return the ``Graph`` of a workflow: nodes, and edges from watched to watching.

    ``done`` (of a run) are actions with the run's own ``document``.
    """
    nodes, edges = {}, []

    def node(kind: str, name: str, **details) -> str:
        place = (kind, name)
        if place not in nodes:
            nodes[place] = {"Type": kind, "Name": name, "UniqueId": f"wnode_{len(nodes):04d}"}
        nodes[place] |= details
        return nodes[place]["UniqueId"]

    def of(entry: dict) -> str:
        job = entry.get("JobName")
        return node("JOB", job) if job else node("CRAWLER", entry["CrawlerName"])

    for trigger in triggers:
        here = node("TRIGGER", trigger["Name"], TriggerDetails={"Trigger": trigger})
        for condition in trigger.get("Predicate", {}).get("Conditions", []):
            edges.append({"SourceId": of(condition), "DestinationId": here})
        for action in trigger["Actions"]:
            edges.append({"SourceId": here, "DestinationId": of(action)})
    for action in done:
        runs = [other["document"] for other in done if _same(action, other)]
        details = {"JobRuns": runs} if action["kind"] == "JOB" else {"Crawls": runs}
        node(action["kind"], action["name"], **{f"{action['kind'].capitalize()}Details": details})
    return {"Nodes": list(nodes.values()), "Edges": edges}


def _same(one: dict, other: dict) -> bool:
    return (one["kind"], one["name"]) == (other["kind"], other["name"])
