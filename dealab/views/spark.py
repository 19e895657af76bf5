"""What Spark does with a table: its plan, its partitions, the work of its tasks."""

import re

_LINE = re.compile(r"^(?P<tree>[\s:|+-]*)(?:\*\((?P<stage>\d+)\) )?(?P<text>\S.*)$")
_NAME = re.compile(r"[A-Za-z0-9_]+")


def spark_plan(frame, run: bool = True):
    """The physical plan of a Spark table, one row per operator, the last step first.

    Columns: depth (how many steps it feeds into), operator, codegen (number of the generated
    function that it is part of, or NaN), detail. With ``run`` the query runs first, and the plan is
    the one that adaptive execution ended with; without, the one that it starts with.
    """
    import pandas

    query = frame._jdf.queryExecution()
    if run:
        query.toRdd().count()  # not collect(): no row comes to Python
    lines = query.executedPlan().toString().splitlines()
    if any("== Final Plan ==" in line for line in lines):
        start = next(n for n, line in enumerate(lines) if "== Final Plan ==" in line)
        end = next(n for n, line in enumerate(lines) if "== Initial Plan ==" in line)
        lines = lines[start + 1 : end]
    rows = []
    for line in lines:
        found = _LINE.match(line)
        if not found or found["text"].startswith("=="):
            continue
        operator = _NAME.match(found["text"])
        if operator is None:
            continue
        rows.append(
            {
                "depth": len(found["tree"]) // 3,
                "operator": operator[0],
                "codegen": int(found["stage"]) if found["stage"] else None,
                "detail": re.sub(r"#\d+L?", "", found["text"][operator.end() :]).strip(),
            }
        )
    table = pandas.DataFrame(rows, columns=["depth", "operator", "codegen", "detail"])
    table["depth"] -= table["depth"].min() if len(table) else 0
    return table


def spark_partitions(frame):
    """One row per partition of a Spark table: partition, rows. Empty partitions count, too."""
    import pandas
    from pyspark.sql.functions import spark_partition_id

    counted = frame.groupBy(spark_partition_id().alias("partition")).count().collect()
    rows = {row["partition"]: row["count"] for row in counted}
    count = frame.rdd.getNumPartitions()
    return pandas.DataFrame(
        [{"partition": number, "rows": rows.get(number, 0)} for number in range(count)],
        columns=["partition", "rows"],
    )


def spark_tasks(frame):
    """Run a Spark table's query and return one row per task that it took.

    Columns: job, stage, task, records, bytes, milliseconds. ``records`` and ``bytes`` are what the
    task read, from files and from the shuffle together: a task that has far more than its neighbors
    of the same stage is the skew. Reading for a broadcast is not in the list.
    """
    import uuid

    import pandas

    context, fresh = frame.sparkSession.sparkContext, frame.select("*")
    group = uuid.uuid4().hex
    context.setJobGroup(group, "spark_tasks")
    try:
        fresh._jdf.queryExecution().toRdd().count()
    finally:
        for name in ("spark.jobGroup.id", "spark.job.description"):
            context.setLocalProperty(name, None)
    context._jsc.sc().listenerBus().waitUntilEmpty()
    store = context._jsc.sc().statusStore()
    rows = []
    for job in sorted(context.statusTracker().getJobIdsForGroup(group)):
        for stage in sorted(context.statusTracker().getJobInfo(job).stageIds):
            rows += [{"job": job, "stage": stage, **task} for task in _tasks(store, stage)]
    columns = ["job", "stage", "task", "records", "bytes", "milliseconds"]
    table = pandas.DataFrame(rows, columns=columns)
    return table.sort_values(["job", "stage", "task"], ignore_index=True)


def _tasks(store, stage: int) -> list[dict]:
    """Return what each task of a stage did; nothing of a stage that Spark skipped."""
    found = []
    tasks = store.taskList(stage, 0, 10_000)
    for task in (tasks.apply(n) for n in range(tasks.size())):
        if task.taskMetrics().isEmpty():
            continue
        metrics = task.taskMetrics().get()
        read, shuffled = metrics.inputMetrics(), metrics.shuffleReadMetrics()
        from_shuffle = shuffled.localBytesRead() + shuffled.remoteBytesRead()
        found.append(
            {
                "task": task.index(),
                "records": read.recordsRead() + shuffled.recordsRead(),
                "bytes": read.bytesRead() + from_shuffle,
                "milliseconds": metrics.executorRunTime(),
            }
        )
    return found


def spark_executors(session):
    """One row per process that works for a session: executor, address, cores, tasks, memory_mb.

    ``tasks`` are those that it has finished, ``memory_mb`` what it may use for caches and shuffles.
    In a session without a cluster there is the driver alone.
    """
    import pandas

    context = session.sparkContext._jsc.sc()
    context.listenerBus().waitUntilEmpty()
    listed = context.statusStore().executorList(True)
    found = [listed.apply(n) for n in range(listed.size())]
    return pandas.DataFrame(
        [
            {
                "executor": one.id(),
                "address": one.hostPort(),
                "cores": one.totalCores(),
                "tasks": one.completedTasks(),
                "memory_mb": one.maxMemory() // 2**20,
            }
            for one in sorted(found, key=lambda one: (one.id() != "driver", one.id()))
        ]
    )
