"""How the sides of a join come together: EXPLAIN's DS_ labels, and what they cost.

The labels: https://docs.aws.amazon.com/redshift/latest/dg/c_data_redistribution.html. The costs are
not documented; the two constants were worked out from the figures of the plans on that page and on
https://docs.aws.amazon.com/redshift/latest/dg/c-the-query-plan.html (read 2026-11-23).
"""

#: cost of one byte sent to every node, and of one byte sent to another slice
BROADCAST = 10_000.0
REDISTRIBUTE = 10_000.0 / 48


def sent(width: int) -> int:
    """Return the bytes of a row under way: whole words of 4 bytes and a header of 8."""
    return (width + 3) // 4 * 4 + 8


def costs(label: str, rows: tuple[int, int], widths: tuple[int, int]) -> float:
    """Return the cost of a label. ``rows`` and ``widths`` are those of (outer, inner)."""
    outer, inner = (count * sent(width) for count, width in zip(rows, widths, strict=True))
    return {
        "DS_BCAST_INNER": inner * BROADCAST,
        "DS_DIST_INNER": inner * REDISTRIBUTE,
        "DS_DIST_OUTER": outer * REDISTRIBUTE,
        "DS_DIST_BOTH": (outer + inner) * REDISTRIBUTE,
        "DS_DIST_ALL_INNER": inner * BROADCAST,
    }.get(label, 0.0)


def choose(outer: str, inner: str, rows, widths, keeps_inner: bool) -> str:
    """Return the label of a join on equal columns.

    ``outer`` and ``inner`` say how a side lies: "joined" (distributed on the joined column), "all"
    (a copy on each node) or "else". ``keeps_inner``: rows of the inner side appear without a match
    (a right or full join), so it cannot be copied to every node.
    """
    if inner == "all":
        return "DS_DIST_ALL_NONE"
    if outer == "all":
        return "DS_DIST_ALL_INNER"
    if outer == inner == "joined":
        return "DS_DIST_NONE"
    ways = []
    if not keeps_inner:
        ways.append("DS_BCAST_INNER")
    if outer == "joined":
        ways.append("DS_DIST_INNER")
    elif inner == "joined":
        ways.append("DS_DIST_OUTER")
    else:
        ways.append("DS_DIST_BOTH")
    return min(ways, key=lambda label: costs(label, rows, widths))
