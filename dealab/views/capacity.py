"""Which shard or partition is hot: what the model of throughput limits has seen.

aws.throttle(kinesis=True)      # the model counts from here on
views.hot_shards("clicks")
"""

from dealab.views.picture import Picture

SHADES = ("#f2f2ee", "#f6dfa6", "#efb45b", "#d97a2b")  # up to 0, 1/2, less than full, full
COLUMNS = 30


def throughput(resource: str, kind: str = "write"):
    """One row per second and shard of a Kinesis stream, or partition of a DynamoDB table.

    ``kind``: "write" or "read". Columns: name, second (of the lab, from ``aws.throttle``), share
    (the fullest limit's, 1 is full), refused (how many), and what was used of each limit. Raises
    ValueError when no limits are on.
    """
    import pandas

    return pandas.DataFrame(
        [
            {"name": name, "second": second, "share": round(found.share, 3)}
            | {"refused": found.refused}
            | found.used
            for name, seconds in _seen(resource, kind).items()
            for second, found in sorted(seconds.items())
        ]
    )


def hot_shards(stream: str, kind: str = "write") -> Picture:
    """Draw how full each shard of ``stream`` was, second by second, and what was refused."""
    return _drawn(stream, kind, "shard", "stream")


def hot_partitions(table: str, kind: str = "write") -> Picture:
    """Draw how full each partition of ``table`` was, second by second, and what was refused."""
    return _drawn(table, kind, "partition", "table")


def _seen(resource: str, kind: str) -> dict:
    from dealab.cloud.lab import current

    limits = current().limits
    if limits is None:
        raise ValueError(
            "no limits are on: run aws.throttle(kinesis=True) or (dynamodb=True) first"
        )
    found = {
        name.partition("/")[2]: seconds
        for (name, of), seconds in limits.seconds.items()
        if of == kind and name.startswith(f"{resource}/")
    }
    return {name: found[name] for name in sorted(found)}


def _drawn(resource: str, kind: str, part: str, whole: str) -> Picture:
    seen = _seen(resource, kind)
    if not seen:
        text = f"No {kind} to the {whole} {resource} was counted since the limits were switched on."
        return Picture(
            f'<svg viewBox="0 0 10 10" width="10" height="10"><title>{text}</title></svg>', text
        )
    last = max(second for seconds in seen.values() for second in seconds)
    first = max(0, last - COLUMNS + 1)
    cells = []
    for row, (name, seconds) in enumerate(seen.items()):
        y = 24 + row * 26
        cells.append(f'<text x="0" y="{y + 16}" font-size="12">{name}</text>')
        for second in range(first, last + 1):
            found = seconds.get(second)
            share, refused = (found.share, found.refused) if found else (0.0, 0)
            x = 170 + (second - first) * 26
            shade = SHADES[0 if share == 0 else 1 if share <= 0.5 else 2 if share < 0.99 else 3]
            edge = ' stroke="#8a1c1c" stroke-width="2"' if refused else ' stroke="#ccc"'
            said = f"{name}, second {second}: {share:.0%} of its limit, {refused} refused"
            cells.append(
                f'<rect x="{x}" y="{y}" width="24" height="22" fill="{shade}"{edge}>'
                f"<title>{said}</title></rect>"
            )
            if refused:
                cells.append(
                    f'<text x="{x + 12}" y="{y + 15}" font-size="11" text-anchor="middle">'
                    f"{refused if refused < 1000 else '999+'}</text>"
                )
    width, height = 170 + (last - first + 1) * 26 + 4, 24 + len(seen) * 26 + 4
    head = f'<text x="170" y="14" font-size="12">seconds {first} to {last}</text>'
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" font-family="sans-serif" fill="#222">{head}{"".join(cells)}</svg>'
    )
    refused = {name: sum(one.refused for one in seconds.values()) for name, seconds in seen.items()}
    hottest = max(seen, key=lambda name: (refused[name], max(o.share for o in seen[name].values())))
    peak = max(one.share for one in seen[hottest].values())
    alt = (
        f"{kind.capitalize()}s to {len(seen)} {part}s of {resource}, seconds {first} to {last}. "
        f"The hottest {part} is {hottest}: up to {peak:.0%} of its limit in a second, "
        f"{refused[hottest]} refused. Refused by the other {part}s: "
        f"{sum(refused.values()) - refused[hottest]}."
    )
    caption = "Darker is fuller; a red frame with a number: that many were refused in this second."
    return Picture(svg, alt, caption)
