"""Topics of a Kafka cluster as tables."""


def topic(address: str, name: str, group: str | None = None):
    """One row per partition of a topic: partition, first, end, records.

    With a consumer ``group`` also committed (NaN before its first commit) and lag, in records.
    """
    import pandas

    from dealab.engines import kafka

    rows = kafka.lag(address, group or "only-looking", name)
    table = pandas.DataFrame(rows, columns=["partition", "first", "end", "committed", "lag"])
    table.insert(3, "records", table["end"] - table["first"])
    return table if group else table.drop(columns=["committed", "lag"])
