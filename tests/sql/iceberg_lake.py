"""Helpers of the Iceberg tests: a fresh client, and short ways to make and read tables."""

from dealab.sql import Athena
from dealab.sql.lake import Lake


def client(folder) -> Athena:
    """Return Athena over a fresh lake of its own."""
    return Athena(lake=Lake(folder))


def create(athena, name: str, columns: str, parts: str = "", **properties: str) -> None:
    """Create an Iceberg table ``s3://bucket/ice/<name>/``."""
    pairs = {"table_type": "ICEBERG", **properties}
    listed = ", ".join(f"'{key}'='{value}'" for key, value in pairs.items())
    by = f"PARTITIONED BY ({parts})" if parts else ""
    athena.run(
        f"CREATE TABLE {name} ({columns}) {by} LOCATION 's3://bucket/ice/{name}/' "
        f"TBLPROPERTIES ({listed})"
    )


def rows(athena, sql: str) -> list[tuple]:
    return athena.run(sql).rows


def snapshots(athena, name: str) -> list[int]:
    """Return the ids of a table's snapshots, the oldest first."""
    found = rows(athena, f'SELECT snapshot_id FROM "{name}$snapshots" ORDER BY committed_at')
    return [number for (number,) in found]


def files(athena, name: str, content: int = 0) -> list[str]:
    """Return the addresses of a table's data files (content 0) or delete files (1)."""
    found = rows(athena, f'SELECT file_path FROM "{name}$files" WHERE content = {content}')
    return sorted(path for (path,) in found)


def objects(athena, name: str) -> list[str]:
    return [key for key, _ in athena.lake.objects(f"s3://bucket/ice/{name}/")]
