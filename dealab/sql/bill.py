"""What a statement would cost: bytes scanned, the billing minimum, and the Region's price.

Athena bills each query by bytes scanned, rounded up to the next megabyte, 10 MB at least, DDL free.
Redshift reads the lab's tables as external ones (Spectrum), which is billed by the same rule.
Prices and rules with source and date: ``prices.json``.
"""

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

MB = 1024**2
TB = 1024**4


@dataclass(frozen=True)
class Bill:
    """Bytes as DuckDB read them, bytes billed, dollars, and what the figure is made of."""

    bytes_scanned: int
    billed_bytes: int
    cost_usd: float
    files_read: int = 0
    row_groups_read: int = 0
    row_groups_total: int = 0


@cache
def prices() -> dict:
    source = resources.files("dealab.sql").joinpath("prices.json")
    return json.loads(source.read_text(encoding="utf-8"))


def price(service: str, region: str) -> float:
    """Return US dollars for one TB scanned. Raises LabLimit for a Region without a known price."""
    table = prices()[service]["usd_per_tb"]
    if region not in table:
        from dealab.sql.errors import LabLimit

        known = ", ".join(sorted(table))
        raise LabLimit(
            f"the Region {region}, because its price could not be verified",
            f"each Region has its own price for a TB scanned. The lab knows {known}.",
        )
    return table[region]


def billed(bytes_scanned: int, service: str) -> int:
    """Return the bytes that are billed: whole megabytes, rounded up, with the minimum."""
    minimum = prices()[service]["minimum_mb"] * MB
    return max(minimum, -(-bytes_scanned // MB) * MB)


def free(service: str, region: str) -> Bill:
    return Bill(0, 0, 0.0)


def from_profile(profile: str, service: str, region: str, reads_tables: bool) -> Bill:
    """Read DuckDB's JSON profile. A query that reads no table costs nothing."""
    if not reads_tables:
        return free(service, region)
    found = json.loads(profile)
    scanned = int(found["io"]["total_bytes_read"])
    charged = billed(scanned, service)
    files = sum(int(n) for n in re.findall(r'"Total Files Read": "(\d+)"', profile))
    return Bill(
        bytes_scanned=scanned,
        billed_bytes=charged,
        cost_usd=charged / TB * price(service, region),
        files_read=files,
        row_groups_read=int(found["query"].get("total_row_groups_scanned", 0)),
        row_groups_total=int(found["query"].get("total_row_groups_to_scan", 0)),
    )
