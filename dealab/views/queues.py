"""SQS queues as a table."""


def queues(region: str | None = None):
    """One row per SQS queue: what is in it now, and where its failures go.

    Columns: queue, fifo (bool), visible, in_flight and delayed (messages), dead_letters (name of
    its dead-letter queue or None), receives (maxReceiveCount or None).
    """
    import pandas
    from moto.sqs.models import sqs_backends

    from dealab.cloud.lab import current
    from dealab.models.queues import states

    lab = current()
    now = lab.clock.time() * 1000
    rows = []
    for name, queue in sorted(sqs_backends[lab.account][region or lab.region].queues.items()):
        counts = states(queue._messages, now)
        target, policy = queue.dead_letter_queue, queue.redrive_policy
        rows.append(
            {
                "queue": name,
                "fifo": queue.fifo_queue,
                "visible": counts["visible"],
                "in_flight": counts["in flight"],
                "delayed": counts["delayed"],
                "dead_letters": target.name if target is not None else None,
                "receives": policy["maxReceiveCount"] if policy else None,
            }
        )
    columns = ["queue", "fifo", "visible", "in_flight", "delayed", "dead_letters", "receives"]
    return pandas.DataFrame(rows, columns=columns)
