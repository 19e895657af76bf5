"""Reachability in the lab's VPCs as a picture and a table (``dealab.models.network``)."""

import html

from dealab.views.picture import Picture

_CALLS = {
    "Vpcs": "describe_vpcs",
    "Subnets": "describe_subnets",
    "RouteTables": "describe_route_tables",
    "SecurityGroups": "describe_security_groups",
    "NetworkAcls": "describe_network_acls",
    "InternetGateways": "describe_internet_gateways",
    "NatGateways": "describe_nat_gateways",
    "NetworkInterfaces": "describe_network_interfaces",
    "VpcEndpoints": "describe_vpc_endpoints",
    "VpcPeeringConnections": "describe_vpc_peering_connections",
    "PrefixLists": "describe_prefix_lists",
}


def network_document(region: str | None = None) -> dict:
    """Return what EC2's describe calls say of the network, as ``models.network.reach`` takes it."""
    import boto3

    ec2 = boto3.client("ec2", region_name=region)
    document = {name: getattr(ec2, call)()[name] for name, call in _CALLS.items()}
    found = ec2.describe_instances()["Reservations"]
    document["Instances"] = [
        one for group in found for one in group["Instances"] if one["State"]["Name"] == "running"
    ]
    return document


def reachable(source: str, target: str, port: int = 443, protocol: str = "tcp", region=None):
    """Return the ``Reach`` from ``source`` to ``target``; see ``models.network.reach``."""
    from dealab.models.network import reach

    return reach(network_document(region), source, target, port, protocol)


def hops(source: str, target: str, port: int = 443, protocol: str = "tcp", region=None):
    """One row per check: where, way (there or back), passed, why."""
    import pandas

    return pandas.DataFrame(
        [
            {
                "where": h.where,
                "way": "back" if h.back else "there",
                "passed": h.passed,
                "why": h.why,
            }
            for h in reachable(source, target, port, protocol, region).hops
        ],
        columns=["where", "way", "passed", "why"],
    )


def reachability(source: str, target: str, port: int = 443, protocol: str = "tcp", region=None):
    """Return a Picture of the way: each check with the rule that decided it."""
    return picture(reachable(source, target, port, protocol, region))


def picture(found) -> Picture:
    """Draw a ``models.network.Reach``; what passed has a check mark, what stopped has a cross."""
    rows, top = [], 58
    for hop in found.hops:
        color, mark = ("#1b7f4b", "\u2713") if hop.passed else ("#b3261e", "\u2717")
        arrow = "\u2190" if hop.back else "\u2192"
        lines = _wrapped(hop.why, 78)
        height = 26 + 16 * len(lines)
        dash = "" if hop.passed else ' stroke-dasharray="6 3"'
        rows.append(
            f'<rect x="10" y="{top}" width="620" height="{height}" rx="5" fill="#fff" '
            f'stroke="{color}" stroke-width="2"{dash}/>'
            f'<text x="24" y="{top + 19}" font-weight="bold" fill="{color}">{mark} {arrow} '
            f"{html.escape(hop.where)}</text>"
            + "".join(
                f'<text x="24" y="{top + 36 + 16 * n}" fill="#333">{html.escape(line)}</text>'
                for n, line in enumerate(lines)
            )
        )
        top += height + 8
    outcome = "reaches" if found.reached else "does not reach"
    title = f"{found.source} {outcome} {found.target} on {found.protocol} port {found.port}"
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="640" height="{top + 6}" '
        f'viewBox="0 0 640 {top + 6}" font-family="sans-serif" font-size="13">'
        f'<text x="10" y="24" font-size="15" font-weight="bold">{html.escape(title)}</text>'
        f'<text x="10" y="44" fill="#333">\u2192 the request, \u2190 the answer</text>'
        f"{''.join(rows)}</svg>"
    )
    passed = sum(hop.passed for hop in found.hops)
    alt = f"{title}. {passed} of {len(found.hops)} checks passed. {found.why}"
    return Picture(svg, alt, title)


def _wrapped(text: str, width: int) -> list[str]:
    import textwrap

    return textwrap.wrap(text, width) or [""]
