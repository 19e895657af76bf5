"""Look inside: small tables and pictures of what the local AWS holds.

    from dealab import views
    views.shards("clicks")

One file per subject. A table is a pandas DataFrame; a picture is a ``Picture`` with its text. Both
show what is there and change nothing.
"""

from dealab.views.decision import decision, decision_table
from dealab.views.kafka import topic
from dealab.views.picture import Picture
from dealab.views.spark import spark_executors, spark_partitions, spark_plan, spark_tasks
from dealab.views.streams import invocations, shards

__all__ = [
    "Picture",
    "decision",
    "decision_table",
    "invocations",
    "shards",
    "spark_executors",
    "spark_partitions",
    "spark_plan",
    "spark_tasks",
    "topic",
]
