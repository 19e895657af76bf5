"""Apache Iceberg tables: real Parquet files, snapshots and metadata in the lake's folders.

``fields`` and ``transforms`` are Iceberg's types and partition transforms; ``metadata`` keeps a
table's state as Iceberg's JSON and swaps it last; ``tables`` creates, alters and drops; ``reads``
turns a snapshot into DuckDB's SELECT; ``writes`` adds rows and position deletes; ``travel`` finds
snapshots; ``inspection`` answers "t$snapshots" and the like; ``maintenance`` compacts and expires;
``shows`` describes. What is modelled and what differs: docs/iceberg.md.
"""
