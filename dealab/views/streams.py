"""Kinesis shards and Lambda invocations as tables."""


def shards(stream: str, region: str | None = None):
    """One row per shard of a Kinesis stream, in the order in which the shards were made.

    Columns: shard, open (bool), parent, first_hash and last_hash (the shard's part of the hash
    space, as fractions of 2**128), records and bytes (data and partition keys that it holds).
    """
    import pandas
    from moto.kinesis.models import kinesis_backends

    from dealab.cloud.lab import current
    from dealab.models.capacity import record_size

    lab = current()
    found = kinesis_backends[lab.account][region or lab.region].streams[stream]
    return pandas.DataFrame(
        [
            {
                "shard": shard.shard_id,
                "open": shard.is_open,
                "parent": shard.parent,
                "first_hash": round(shard.starting_hash / 2**128, 4),
                "last_hash": round(shard.ending_hash / 2**128, 4),
                "records": len(shard.records),
                "bytes": sum(
                    record_size(record.data, record.partition_key)
                    for record in shard.records.values()
                ),
            }
            for shard in found.shards.values()
        ]
    )


def invocations(runs) -> object:
    """One row per Lambda invocation, for ``lab.invocations`` or ``lab.run_event_sources()``.

    Columns: function, source, records (how many the event holds), outcome, result.
    """
    import pandas

    return pandas.DataFrame(
        [
            {
                "function": run.function,
                "source": run.source.split(":", 5)[-1],
                "records": len(run.event.get("Records", [])) if isinstance(run.event, dict) else 0,
                "outcome": "ok" if run.ok else run.error["errorType"],
                "result": run.result if run.ok else run.error["errorMessage"],
            }
            for run in runs
        ],
        columns=["function", "source", "records", "outcome", "result"],
    )
