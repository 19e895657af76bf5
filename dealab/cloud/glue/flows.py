"""Triggers that start jobs and crawlers, and workflows made of them.

A trigger's actions run one after the other, each to its end; then the conditional triggers that
watch them are looked at. As on the service, a job that somebody starts by hand fires no trigger.
https://docs.aws.amazon.com/glue/latest/dg/about-triggers.html (checked 2026-11-23)
"""

from dealab.cloud.glue.common import answer, check_schedule, now, on_schedule, refuse
from dealab.models import workflows


def join(lab_of) -> None:
    from moto.glue import responses
    from moto.glue.models import GlueBackend

    create_trigger, predicate = GlueBackend.create_trigger, responses.Predicate

    def with_defaults(told):
        """Return a predicate with what the service fills in: one condition needs no Logical."""
        conditions = [{"LogicalOperator": "EQUALS", **one} for one in told.get("Conditions", [])]
        return predicate({"Logical": "AND", **told, "Conditions": conditions})

    def create(self, name, workflow_name, trigger_type, schedule, actions, **more):
        _check(self, name, workflow_name, trigger_type, schedule, actions)
        create_trigger(
            self,
            name=name,
            workflow_name=workflow_name,
            trigger_type=trigger_type,
            schedule=schedule,
            actions=actions,
            **more,
        )
        trigger = self.triggers[name]
        trigger.met = {}
        if trigger_type == "ON_DEMAND":
            trigger.state = "CREATED"
        on_schedule(
            self, f"trigger {name}", lambda: _expression(self, name), lambda: _due(self, name)
        )

    def start_trigger(self, name):
        trigger = self.get_trigger(name)
        if trigger.trigger_type == "ON_DEMAND":
            _begin(self, trigger)
        else:
            trigger.start_trigger()

    def start_workflow_run(self, workflow_name, properties):
        return _start_workflow(self, workflow_name, properties)

    responses.Predicate = with_defaults
    GlueBackend.create_trigger, GlueBackend.start_trigger = create, start_trigger
    GlueBackend.start_workflow_run = start_workflow_run
    answer({"get_workflow": _get_workflow, "get_workflow_run": _get_run})


def _check(backend, name, workflow, kind, schedule, actions) -> None:
    from dealab.sql.errors import LabLimit

    if name in backend.triggers:
        raise refuse("AlreadyExistsException", f"Trigger with name {name} already submitted")
    if kind == "EVENT":
        raise LabLimit(
            "triggers of the kind EVENT",
            "An EventBridge event starts the workflow.",
            "A trigger of Glue starts on demand, on a schedule, after other jobs, or on events.",
        )
    if kind == "SCHEDULED":
        check_schedule(schedule or "")
    if workflow and workflow not in backend.workflows:
        raise refuse("EntityNotFoundException", f"Workflow {workflow} not found")
    for action in actions:
        if action.job_name and action.job_name not in backend.jobs:
            raise refuse("EntityNotFoundException", f"Job {action.job_name} not found.")
        if action.crawler_name and action.crawler_name not in backend.crawlers:
            raise refuse("EntityNotFoundException", f"Crawler {action.crawler_name} not found.")


def _expression(backend, name: str):
    trigger = backend.triggers.get(name)
    active = trigger is not None and trigger.state == "ACTIVATED"
    return trigger.schedule if active and trigger.trigger_type == "SCHEDULED" else None


def _due(backend, name: str) -> None:
    _begin(backend, backend.triggers[name])


def _begin(backend, trigger) -> None:
    """Fire a trigger that starts something: its workflow, or itself alone."""
    if trigger.workflow_name:
        _start_workflow(backend, trigger.workflow_name, None)
    else:
        fire(backend, trigger, None)


def _start_workflow(backend, name: str, properties) -> str:
    workflow = backend.workflows.get(name)
    if workflow is None:
        raise refuse("EntityNotFoundException", "Entity not found")
    running = sum(run.status == "RUNNING" for run in workflow.runs.values())
    if workflow.max_concurrent_runs and running >= workflow.max_concurrent_runs:
        raise refuse("ConcurrentRunsExceededException", f"Concurrent runs exceeded for {name}")
    own = [trigger for trigger in backend.triggers.values() if trigger.workflow_name == name]
    first = [trigger for trigger in own if trigger.trigger_type != "CONDITIONAL"]
    if not first:
        raise refuse("InvalidInputException", f"Workflow {name} has no start trigger")
    run = workflow.runs[workflow.start_run(properties)]
    run.done = []
    for trigger in own:
        trigger.met = {}
    for trigger in first:
        fire(backend, trigger, run)
    run.status, run.completed_on = "COMPLETED", now()
    return run.run_id


def fire(backend, trigger, run) -> None:
    """Run a trigger's actions and whatever they set off in turn; ``run`` is a workflow's run."""

    def act(one, action) -> dict:
        return _act(backend, one, action, run)

    workflows.fire(trigger, run, backend.triggers, act)


def _act(backend, trigger, action, run) -> dict:
    """Run one action to its end: {"kind", "name", "state", "id"}."""
    from dealab.cloud.glue import crawlers, jobs

    if action.crawler_name:
        crawler = backend.get_crawler(action.crawler_name)
        crawlers.run(backend, crawler)
        last = crawler.crawls[-1]
        state = "SUCCEEDED" if last.status == "COMPLETED" else last.status
        return {"kind": "CRAWLER", "name": crawler.name, "state": state, "id": last.crawl_id}
    names = {"WORKFLOW_NAME": "workflow_name", "WORKFLOW_RUN_ID": "run_id"}
    more = {f"--{name}": getattr(run, value) for name, value in names.items()} if run else {}
    given = {"Arguments": action.arguments, "Timeout": action.timeout}
    given = {name: value for name, value in given.items() if value}
    ran = jobs.start(backend, action.job_name, given, trigger.name, more)[-1]
    state = backend.get_job_run(action.job_name, ran).status
    return {"kind": "JOB", "name": action.job_name, "state": state, "id": ran}


def _document(backend, run, with_graph: bool) -> dict:
    found = run.as_dict() | {"Statistics": workflows.statistics(run.done)}
    return found | ({"Graph": _graph(backend, run.workflow_name, run)} if with_graph else {})


def _graph(backend, name: str, run=None) -> dict:
    own = [t.as_dict() for t in backend.triggers.values() if t.workflow_name == name]
    done = {action["id"]: action for step in run.done for action in step["actions"]} if run else {}
    for action in done.values():
        if action["kind"] == "JOB":
            action["document"] = backend.get_job_run(action["name"], action["id"]).as_dict()
        else:
            crawls = backend.get_crawler(action["name"]).crawls
            action["document"] = next(
                workflows.crawl(c.as_dict()) for c in crawls if c.crawl_id == action["id"]
            )
    return workflows.graph(own, list(done.values()))


def _get_workflow(backend, given: dict) -> dict:
    found = backend.get_workflow(given["Name"])
    graph = given.get("IncludeGraph", False)
    runs = backend.workflows[given["Name"]].runs
    if runs:
        found["LastRun"] = _document(backend, [*runs.values()][-1], graph)
    return {"Workflow": found | ({"Graph": _graph(backend, given["Name"])} if graph else {})}


def _get_run(backend, given: dict) -> dict:
    backend.get_workflow_run(given["Name"], given["RunId"])
    run = backend.workflows[given["Name"]].get_run(given["RunId"])
    return {"Run": _document(backend, run, given.get("IncludeGraph", False))}
