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


SCALE = "dealab.scale_factor"  # of a table's Parameters in the catalog


@dataclass(frozen=True)
class Bill:
    """Bytes as DuckDB read them, bytes billed, dollars, and what the figure is made of.

    ``scaled_bytes`` and ``scaled_cost_usd`` are the same at the tables' declared scale: the
    course's tables are small samples, and nearly every query over them costs the minimum.
    """

    bytes_scanned: int
    billed_bytes: int
    cost_usd: float
    files_read: int = 0
    row_groups_read: int = 0
    row_groups_total: int = 0
    scaled_bytes: int = 0
    scaled_cost_usd: float = 0.0

    def scale_text(self) -> str:
        """Return the sentence about the declared scale, or "" where none is declared."""
        if self.scaled_bytes <= self.bytes_scanned:
            return ""
        from dealab.sql.render import dollars, size

        factor = self.scaled_bytes / self.bytes_scanned
        return (
            f"At the declared scale (x {factor:,.0f}): {size(self.scaled_bytes)} scanned, "
            f"{dollars(self.scaled_cost_usd)}"
        )


def scale_of(table) -> int:
    """Return a catalog table's declared scale factor: how many times larger the real one is."""
    declared = str(table.parameters.get(SCALE, "1"))
    return int(declared) if declared.isdigit() and int(declared) > 0 else 1


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


def free() -> Bill:
    return Bill(0, 0, 0.0)


def charge(
    scanned: int, service: str, region: str, scaled_bytes: int | None = None, **details
) -> Bill:
    """Return the bill for bytes scanned by one query."""
    rate = price(service, region) / TB
    charged = billed(scanned, service)
    scaled = scanned if scaled_bytes is None else scaled_bytes
    return Bill(
        bytes_scanned=scanned,
        billed_bytes=charged,
        cost_usd=charged * rate,
        scaled_bytes=scaled,
        scaled_cost_usd=billed(scaled, service) * rate,
        **details,
    )


def from_profile(profile: str, service: str, region: str, factor: float = 1) -> Bill:
    """Read DuckDB's JSON profile of a query over files; ``factor`` is the tables' scale."""
    found = json.loads(profile)
    scanned = int(found["io"]["total_bytes_read"])
    return charge(
        scanned,
        service,
        region,
        scaled_bytes=round(scanned * factor),
        files_read=sum(int(n) for n in re.findall(r'"Total Files Read": "(\d+)"', profile)),
        row_groups_read=int(found["query"].get("total_row_groups_scanned", 0)),
        row_groups_total=int(found["query"].get("total_row_groups_to_scan", 0)),
    )
