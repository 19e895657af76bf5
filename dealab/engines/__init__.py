"""Real engines that run beside the notebook, on loopback only: Spark, Kafka, PostgreSQL.

One file each; each starts its engine on demand and says in one line why it cannot where it cannot.
"""
