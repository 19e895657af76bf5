"""Look inside: small tables and pictures of what the local AWS holds.

    from dealab import views
    views.shards("clicks")

One file per subject. A table is a pandas DataFrame; a picture is a ``Picture`` with its text. Both
show what is there and change nothing.
"""

from dealab.views.capacity import hot_partitions, hot_shards, throughput
from dealab.views.catalog import catalog, columns, partitions, sensitive, who_sees
from dealab.views.decision import decision, decision_table
from dealab.views.glue import crawls, job_runs, rule_outcomes
from dealab.views.kafka import topic
from dealab.views.machines import execution, machine
from dealab.views.metrics import alarm, alarms
from dealab.views.network import hops, reachability, reachable
from dealab.views.objects import objects
from dealab.views.picture import Picture
from dealab.views.queues import queues
from dealab.views.spark import spark_executors, spark_partitions, spark_plan, spark_tasks
from dealab.views.storage import storage_classes, storage_costs
from dealab.views.streams import invocations, shards

__all__ = [
    "Picture",
    "alarm",
    "alarms",
    "catalog",
    "columns",
    "crawls",
    "decision",
    "decision_table",
    "execution",
    "hops",
    "hot_partitions",
    "hot_shards",
    "invocations",
    "job_runs",
    "machine",
    "objects",
    "partitions",
    "queues",
    "reachability",
    "reachable",
    "rule_outcomes",
    "sensitive",
    "shards",
    "spark_executors",
    "spark_partitions",
    "spark_plan",
    "spark_tasks",
    "storage_classes",
    "storage_costs",
    "throughput",
    "topic",
    "who_sees",
]
