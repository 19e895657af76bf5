"""STL_EXPLAIN, SYS_QUERY_EXPLAIN and STL_ALERT_EVENT_LOG: plans of what ran, and what they warn of.

https://docs.aws.amazon.com/redshift/latest/dg/r_STL_EXPLAIN.html, SYS_QUERY_EXPLAIN.html,
r_STL_ALERT_EVENT_LOG.html (read 2026-11-23)
"""

from dealab.sql.redshift.explaining import kept
from dealab.sql.redshift.system.registry import view


def plans(look):
    """Yield (record, Builder, root) of every statement whose plan is known and may be seen."""
    for record in look.records():
        if look.unrestricted or record.user == look.engine.user:
            made = kept.built(look, record)
            if made is not None:
                yield record, *made


@view(
    "stl_explain",
    "userid int, query int, nodeid int, parentid int, plannode char(400), info char(400)",
    access="own",
    page="r_STL_EXPLAIN",
)
def stl_explain(look):
    for record, builder, root in plans(look):
        for number, parent, text, info in kept.rows(root, kept.notes(builder)):
            yield {
                "userid": look.user_id(record.user),
                "query": record.query_id,
                "nodeid": number,
                "parentid": parent,
                "plannode": text,
                "info": info,
            }


@view(
    "sys_query_explain",
    "user_id int, query_id bigint, child_query_sequence int, plan_node_id int, "
    "plan_parent_id int, plan_node char(400), plan_info char(400)",
    access="own",
    page="SYS_QUERY_EXPLAIN",
)
def sys_query_explain(look):
    """The page's table calls the last column node_info, its example plan_info: so do scripts."""
    for record, builder, root in plans(look):
        for number, parent, text, info in kept.rows(root, kept.notes(builder)):
            yield {
                "user_id": look.user_id(record.user),
                "query_id": record.query_id,
                "child_query_sequence": 1,
                "plan_node_id": number,
                "plan_parent_id": parent,
                "plan_node": text,
                "plan_info": info,
            }


@view(
    "stl_alert_event_log",
    "userid int, query int, slice int, segment int, step int, pid int, xid bigint, "
    "event char(1024), solution char(1024), event_time ts",
    access="own",
    page="r_STL_ALERT_EVENT_LOG",
)
def stl_alert_event_log(look):
    for record, builder, root in plans(look):
        if record.kind == "UTILITY":
            continue
        for event, solution in kept.alerts(builder, root):
            yield {
                "userid": look.user_id(record.user),
                "query": record.query_id,
                "slice": 0,
                "segment": 0,
                "step": 0,
                "pid": record.session_id,
                "xid": record.transaction_id,
                "event": event,
                "solution": solution,
                "event_time": record.end,
            }
