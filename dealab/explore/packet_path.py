"""Explorer: a connection through routes, network ACL and security group, hop by hop."""

from dealab.models import network

ABOUT = (
    "<p>Model: a request enters by the route, passes the subnet's network ACL, then the security "
    "group; its answer goes back through the ACL on a port from 1024 to 65535. The group remembers "
    "the connection, the ACL does not. Source: "
    '<a href="https://docs.aws.amazon.com/vpc/latest/userguide/infrastructure-security.html">'
    "Security groups and network ACLs</a>.</p>"
)
SUBNETS = {"public, address of its own": True, "private": False}
GROUP = {"443 from anywhere": "0.0.0.0/0", "443 from 10.0.0.0/16": "10.0.0.0/16", "nothing": None}
INWARD = {"allow all": [], "443 denied by rule 90": [(90, "deny", 443, 443)]}
OUTWARD = {
    "allow all": (0, 65535),
    "answers: 1024-65535": (1024, 65535),
    "443 only": (443, 443),
}


def document(public: bool, allowed: str | None, denied, answers: tuple[int, int]) -> dict:
    """Return a VPC with one server as EC2's describe calls would, for ``models.network.reach``."""
    ranges = [{"CidrIp": allowed}] if allowed else []
    rule = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": ranges}
    everything = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    routes = [{"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"}]
    if public:
        routes.append(
            {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "State": "active"}
        )

    def entry(number, egress, action, first, last):
        return {
            "RuleNumber": number, "Egress": egress, "RuleAction": action, "Protocol": "6",
            "CidrBlock": "0.0.0.0/0", "PortRange": {"From": first, "To": last},
        }  # fmt: skip

    entries = [entry(n, False, action, first, last) for n, action, first, last in denied]
    entries += [entry(100, False, "allow", 0, 65535), entry(100, True, "allow", *answers)]
    last = {"RuleNumber": 32767, "RuleAction": "deny", "Protocol": "-1", "CidrBlock": "0.0.0.0/0"}
    entries += [{**last, "Egress": way} for way in (False, True)]
    server = {
        "InstanceId": "i-server", "PrivateIpAddress": "10.0.0.10", "SubnetId": "subnet-1",
        "VpcId": "vpc-1", "SecurityGroups": [{"GroupId": "sg-server"}],
    }  # fmt: skip
    if public:
        server["PublicIpAddress"] = "203.0.113.10"
    return {
        "Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}],
        "Subnets": [{"SubnetId": "subnet-1", "VpcId": "vpc-1", "CidrBlock": "10.0.0.0/24"}],
        "RouteTables": [
            {"RouteTableId": "rtb-1", "VpcId": "vpc-1", "Routes": routes,
             "Associations": [{"SubnetId": "subnet-1", "Main": False}]}
        ],
        "SecurityGroups": [
            {"GroupId": "sg-server", "VpcId": "vpc-1", "IpPermissions": [rule],
             "IpPermissionsEgress": [everything]}
        ],
        "NetworkAcls": [
            {"NetworkAclId": "acl-1", "VpcId": "vpc-1", "IsDefault": False, "Entries": entries,
             "Associations": [{"SubnetId": "subnet-1"}]}
        ],
        "InternetGateways": [
            {"InternetGatewayId": "igw-1",
             "Attachments": [{"VpcId": "vpc-1", "State": "available"}]}
        ],
        "Instances": [server],
    }  # fmt: skip


def packet_path():
    """Return a panel with drop-down lists: a request from the internet to port 443 of a server."""
    import matplotlib.pyplot as plt

    from dealab.explore import _panel

    def draw(subnet, group, inward, outward):
        network_now = document(SUBNETS[subnet], GROUP[group], INWARD[inward], OUTWARD[outward])
        found = network.reach(network_now, "internet", "i-server", 443)
        figure, axes = plt.subplots(figsize=(7.5, 0.5 + 0.42 * len(found.hops)))
        for place, hop in enumerate(found.hops):
            color = "#4c78a8" if hop.passed else "#b35806"
            way = "answer" if hop.back else "request"
            axes.text(0, -place, f"{way}: {hop.where}", va="center", fontsize=9)
            axes.text(0.3, -place, "passes" if hop.passed else "stopped", va="center", fontsize=9,
                      color="white", bbox={"facecolor": color, "edgecolor": "none"})  # fmt: skip
            axes.text(0.41, -place, hop.why[:80], va="center", fontsize=8)
        axes.set_ylim(-len(found.hops) + 0.4, 0.6)
        axes.axis("off")
        words = (
            "The request reaches the server, and the answer comes back."
            if found.reached
            else f"No connection: {found.why}."
        )
        return figure, f"The way of a connection in {len(found.hops)} checks. {words}", words

    controls = {
        "subnet": _panel.choice("Subnet of the server", list(SUBNETS)),
        "group": _panel.choice("Security group lets in", list(GROUP)),
        "inward": _panel.choice("Network ACL, inward", list(INWARD)),
        "outward": _panel.choice("Network ACL, outward", list(OUTWARD)),
    }
    return _panel.Panel(draw, controls, ABOUT)
