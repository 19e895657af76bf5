"""Reachability in a VPC: can this reach that, and which rule lets it pass or stops it.

    document = {"SecurityGroups": [...], "NetworkAcls": [...], ...}    # from EC2's describe calls
    answer = reach(document, "i-0abc", "internet", port=443)
    answer.reached, [hop.why for hop in answer.hops]

Sources (checked 2026-11-23: network ACLs; not: the others):
https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html (stateful)
https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html (stateless)
https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Route_Tables.html (most specific)
https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html
https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html (not transitive)

Left out: IPv6, transit gateways and VPNs (refused), endpoint policies, firewalls of the operating
system, DNS (an interface endpoint is used if it has private DNS), bandwidth.
"""

import contextlib
import ipaddress
from dataclasses import dataclass, field

from dealab.sql.errors import LabLimit

#: ports that a client may use for its side; a NAT gateway and a load balancer use all of them
EPHEMERAL = (1024, 65535)
_INTERNET = "198.51.100.10"  # an address for tests that stands for somewhere on the internet
_PROTOCOLS = {"-1": "all", "6": "tcp", "17": "udp", "1": "icmp"}


@dataclass(frozen=True)
class Hop:
    """One check on the way: ``where`` (a resource), ``passed``, and ``why`` with the rule."""

    where: str
    passed: bool
    why: str
    back: bool = False  # on the way back


@dataclass
class Reach:
    """``reached`` and the hops in order; the last one is what stopped it if it was stopped."""

    source: str
    target: str
    port: int
    protocol: str
    hops: list = field(default_factory=list)

    @property
    def reached(self) -> bool:
        return bool(self.hops) and all(hop.passed for hop in self.hops)

    @property
    def why(self) -> str:
        """One sentence: what stopped it, or that nothing did."""
        stopped = next((hop for hop in self.hops if not hop.passed), None)
        return f"{stopped.where}: {stopped.why}" if stopped else "Every check passed."


@dataclass(frozen=True)
class Place:
    """An end of a connection. ``subnet`` None: outside of the VPCs."""

    name: str
    ip: str
    subnet: str | None = None
    groups: tuple = ()
    public: str | None = None
    prefix_list: str | None = None  # for an AWS service that is reached by its addresses


class _Stopped(Exception):
    pass


def reach(document: dict, source: str, target: str, port: int = 443, protocol: str = "tcp",
          ephemeral: tuple = EPHEMERAL) -> Reach:  # fmt: skip
    """Follow a connection from ``source`` to ``target`` and its answers back.

    Both are an instance or network interface id, an IP address, ``"internet"``, or (as target) an
    AWS service such as ``"s3"``. ``document`` holds the lists of EC2's describe calls by their
    names: Vpcs, Subnets, RouteTables, SecurityGroups, NetworkAcls, InternetGateways, NatGateways,
    NetworkInterfaces, Instances, VpcEndpoints, VpcPeeringConnections, PrefixLists. Raises
    KeyError for an id that is not in it, LabLimit for gateways that are not modelled.
    """
    found = Reach(source, target, port, protocol)
    with contextlib.suppress(_Stopped):
        _Way(document, found, ephemeral).go()
    return found


class _Way:
    def __init__(self, document, found: Reach, ephemeral):
        self.document, self.found, self.ephemeral = document, found, ephemeral
        self.source = self._place(found.source)
        self.target = self._place(found.target)

    def _list(self, name: str) -> list:
        return self.document.get(name) or []

    def _note(self, where: str, passed: bool, why: str, back: bool = False) -> None:
        self.found.hops.append(Hop(where, passed, why, back))
        if not passed:
            raise _Stopped

    # ends

    def _place(self, name: str) -> Place:
        if name == "internet":
            return Place("internet", _INTERNET)
        for one in self._list("Instances"):
            if name in (one["InstanceId"], one.get("PrivateIpAddress"), one.get("PublicIpAddress")):
                groups = tuple(g["GroupId"] for g in one.get("SecurityGroups", ()))
                return Place(one["InstanceId"], one["PrivateIpAddress"], one["SubnetId"], groups,
                             one.get("PublicIpAddress"))  # fmt: skip
        for one in self._list("NetworkInterfaces"):
            public = (one.get("Association") or {}).get("PublicIp")
            if name in (one["NetworkInterfaceId"], one.get("PrivateIpAddress"), public):
                groups = tuple(g["GroupId"] for g in one.get("Groups", ()))
                return Place(one["NetworkInterfaceId"], one["PrivateIpAddress"], one["SubnetId"],
                             groups, public)  # fmt: skip
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return self._service(name)
        return Place(name, name, self._subnet_of(name))

    def _service(self, name: str) -> Place:
        for one in self._list("PrefixLists"):
            if one["PrefixListName"].endswith(f".{name}"):
                cidr = (one.get("Cidrs") or [f"{_INTERNET}/32"])[0]
                address = str(ipaddress.ip_network(cidr).network_address)
                return Place(name, address, None, (), None, one["PrefixListId"])
        if name.startswith(("i-", "eni-")) or "." in name:
            raise KeyError(name)
        return Place(name, _INTERNET)

    def _subnet_of(self, ip: str) -> str | None:
        for one in self._list("Subnets"):
            if _inside(ip, one["CidrBlock"]):
                return one["SubnetId"]
        return None

    def _subnet(self, subnet: str) -> dict:
        return next(one for one in self._list("Subnets") if one["SubnetId"] == subnet)

    def _vpc(self, place: Place) -> str | None:
        return self._subnet(place.subnet)["VpcId"] if place.subnet else None

    # the way

    def go(self) -> None:
        endpoint = self._interface_endpoint()
        if endpoint:
            self.target = endpoint
        if self.source.subnet is None:
            if self.target.subnet is None:
                raise KeyError(f"neither {self.found.source} nor {self.found.target} is in a VPC")
            self._from_outside()
            return
        self._group(self.source, "egress", self.target)
        if self.target.subnet and self._vpc(self.target) == self._vpc(self.source):
            self._inside_vpc()
        else:
            self._acl(self.source.subnet, "egress", self.target.ip, self._ports())
            self._by_route()

    def _ports(self) -> tuple:
        return (self.found.port, self.found.port)

    def _inside_vpc(self) -> None:
        same = self.target.subnet == self.source.subnet
        if not same:  # a network ACL stands at the subnet's border only
            self._acl(self.source.subnet, "egress", self.target.ip, self._ports())
            route = self._route(self.source.subnet, self.target)
            self._note(route["table"], True, f"route {route['cidr']} is local: within the VPC")
            self._acl(self.target.subnet, "ingress", self.source.ip, self._ports())
        self._group(self.target, "ingress", self.source)
        if not same:
            self._acl(self.target.subnet, "egress", self.source.ip, self.ephemeral, back=True)
            self._acl(self.source.subnet, "ingress", self.target.ip, self.ephemeral, back=True)

    def _by_route(self) -> None:
        route = self._route(self.source.subnet, self.target)
        via = route["via"]
        if via is None:
            self._note(route["table"], False, f"no route matches {self.target.ip}")
        if route.get("State") == "blackhole":
            self._note(
                route["table"], False, f"route {route['cidr']} is a blackhole: {via} is gone"
            )
        self._note(route["table"], True, f"the most specific route is {route['cidr']} to {via}")
        if via == "local":
            self._note(self.target.name, False, "the address is in the VPC, but nothing has it")
        elif via.startswith("igw-"):
            self._out_of_gateway(via, self.source.subnet, self.source)
        elif via.startswith("nat-"):
            self._nat(via)
        elif via.startswith("vpce-"):
            self._note(via, True, f"gateway endpoint for {self.target.name}")
            self._acl(self.source.subnet, "ingress", self.target.ip, self.ephemeral, back=True)
        elif via.startswith("pcx-"):
            self._peering(via)
        else:
            raise LabLimit(
                f"a route to {via}",
                "The route takes the packet to another network.",
                "A transit gateway connects many VPCs; a peering connects two and passes "
                "nothing on.",
            )

    def _gateway(self, gateway: str, subnet: str) -> None:
        vpc = self._subnet(subnet)["VpcId"]
        attached = any(
            one["InternetGatewayId"] == gateway
            and any(a.get("VpcId") == vpc for a in one.get("Attachments", ()))
            for one in self._list("InternetGateways")
        )
        if not attached:
            self._note(gateway, False, f"the internet gateway is not attached to {vpc}")

    def _out_of_gateway(self, gateway: str, subnet: str, place: Place) -> None:
        self._gateway(gateway, subnet)
        if place.public is None:
            self._note(
                gateway,
                False,
                f"{place.name} has no public IP address: an internet gateway "
                "translates only those (use a NAT gateway)",
            )
        if self.target.subnet and not self.target.public:
            self._note(
                gateway,
                False,
                f"{self.target.name} cannot be reached by its private address from the internet",
            )
        self._note(gateway, True, f"{place.ip} leaves as {place.public}")
        self._acl(subnet, "ingress", self.target.ip, self.ephemeral, back=True)

    def _nat(self, nat: str) -> None:
        gateway = next((o for o in self._list("NatGateways") if o["NatGatewayId"] == nat), None)
        if gateway is None or gateway.get("State", "available") != "available":
            self._note(nat, False, "the NAT gateway is not available")
        subnet = gateway["SubnetId"]
        if gateway.get("ConnectivityType", "public") == "private":
            self._note(nat, False, "a private NAT gateway does not reach the internet")
        if subnet != self.source.subnet:
            self._acl(subnet, "ingress", self.source.ip, self._ports())
        route = self._route(subnet, self.target)
        if not (route["via"] or "").startswith("igw-"):
            self._note(
                route["table"],
                False,
                f"the NAT gateway's subnet {subnet} has no route to an internet gateway",
            )
        self._gateway(route["via"], subnet)
        self._acl(subnet, "egress", self.target.ip, self._ports())
        addresses = gateway.get("NatGatewayAddresses") or [{}]
        public = addresses[0].get("PublicIp", "its public address")
        self._note(nat, True, f"{self.source.ip} leaves as {public} through {route['via']}")
        self._acl(subnet, "ingress", self.target.ip, self.ephemeral, back=True)
        if subnet != self.source.subnet:
            self._acl(subnet, "egress", self.source.ip, self.ephemeral, back=True)
            self._acl(self.source.subnet, "ingress", self.target.ip, self.ephemeral, back=True)

    def _peering(self, peering: str) -> None:
        found = next((o for o in self._list("VpcPeeringConnections")
                      if o["VpcPeeringConnectionId"] == peering), None)  # fmt: skip
        if found is None or found["Status"]["Code"] != "active":
            state = found["Status"]["Code"] if found else "not there"
            self._note(peering, False, f"the peering connection is {state}, not active")
        vpcs = {found["RequesterVpcInfo"]["VpcId"], found["AccepterVpcInfo"]["VpcId"]}
        other = next(iter(vpcs - {self._vpc(self.source)}), None)
        if self._vpc(self.target) != other:
            self._note(
                peering,
                False,
                f"{self.target.name} is not in {other}: peering is not transitive, "
                "and gateways of the peer VPC cannot be used",
            )
        self._note(peering, True, f"active, to {other}")
        self._acl(self.target.subnet, "ingress", self.source.ip, self._ports())
        self._group(self.target, "ingress", self.source)
        back = self._route(self.target.subnet, self.source)
        ok = back["via"] == peering
        self._note(back["table"], ok, f"route {back['cidr']} leads back to {back['via']}" if ok else
                   f"no route of the peer leads back to {self.source.ip}", back=True)  # fmt: skip
        self._acl(self.target.subnet, "egress", self.source.ip, self.ephemeral, back=True)
        self._acl(self.source.subnet, "ingress", self.target.ip, self.ephemeral, back=True)

    def _from_outside(self) -> None:
        target = self.target
        if target.public is None:
            self._note(target.name, False, "it has no public IP address")
        back = self._route(target.subnet, self.source)
        if not (back["via"] or "").startswith("igw-"):
            self._note(
                back["table"],
                False,
                f"the subnet {target.subnet} has no route to an internet "
                f"gateway (it goes to {back['via']})",
            )
        self._gateway(back["via"], target.subnet)
        self._note(back["via"], True, f"{target.public} is translated to {target.ip}")
        self._acl(target.subnet, "ingress", self.source.ip, self._ports())
        self._group(target, "ingress", self.source)
        self._acl(target.subnet, "egress", self.source.ip, self.ephemeral, back=True)
        self._note(back["table"], True, f"route {back['cidr']} to {back['via']}", back=True)

    def _interface_endpoint(self) -> Place | None:
        """The interface endpoint that answers for the service's name in the source's VPC."""
        vpc = self._vpc(self.source)
        for one in self._list("VpcEndpoints"):
            service = one["ServiceName"].rsplit(".", 1)[-1]
            if (one["VpcId"] == vpc and (one.get("VpcEndpointType") or "Gateway") == "Interface"
                    and service == self.found.target and one.get("PrivateDnsEnabled")):  # fmt: skip
                same = [s for s in one["SubnetIds"] if s == self.source.subnet] or one["SubnetIds"]
                network = ipaddress.ip_network(self._subnet(same[0])["CidrBlock"])
                ip = next((e["PrivateIpAddress"] for e in self._list("NetworkInterfaces")
                           if e["NetworkInterfaceId"] in one.get("NetworkInterfaceIds", ())
                           and e["SubnetId"] == same[0]), str(network[10]))  # fmt: skip
                groups = tuple(group["GroupId"] for group in one.get("Groups", ()))
                return Place(one["VpcEndpointId"], ip, same[0], groups)
        return None

    # rules

    def _group(self, place: Place, direction: str, other: Place) -> None:
        """Pass if any rule of any group allows it; answers to what was allowed always pass."""
        if not place.groups:
            return
        key = "IpPermissions" if direction == "ingress" else "IpPermissionsEgress"
        word = "from" if direction == "ingress" else "to"
        for group in self._list("SecurityGroups"):
            if group["GroupId"] not in place.groups:
                continue
            for rule in group.get(key) or ():
                if not self._rule_covers(rule):
                    continue
                if match := self._peer_of(rule, other):
                    self._note(
                        group["GroupId"],
                        True,
                        f"{direction} rule allows {_ports_text(rule)} {word} {match}",
                    )
                    return
        self._note(
            ", ".join(place.groups),
            False,
            f"no {direction} rule allows {self.found.protocol} {self.found.port} {word} {other.ip}",
        )

    def _rule_covers(self, rule: dict) -> bool:
        protocol = str(rule["IpProtocol"])
        if protocol == "-1":
            return True
        if _PROTOCOLS.get(protocol, protocol) != self.found.protocol:
            return False
        first, last = rule.get("FromPort", 0), rule.get("ToPort", 65535)
        return first == -1 or first <= self.found.port <= last

    def _peer_of(self, rule: dict, other: Place) -> str | None:
        for one in rule.get("IpRanges") or ():
            if _inside(other.ip, one["CidrIp"]):
                return one["CidrIp"]
        for one in rule.get("UserIdGroupPairs") or ():
            if one["GroupId"] in other.groups:
                return one["GroupId"]
        for one in rule.get("PrefixListIds") or ():
            if other.prefix_list and one["PrefixListId"] == other.prefix_list:
                return one["PrefixListId"]
        return None

    def _acl(self, subnet: str, direction: str, ip: str, ports: tuple, back: bool = False) -> None:
        """The rule with the lowest number decides. All of ``ports`` must pass."""
        acl = self._acl_of(subnet)
        if acl is None:
            return
        rules = sorted(
            (
                r
                for r in acl["Entries"]
                if r["Egress"] == (direction == "egress") and "CidrBlock" in r
            ),
            key=lambda rule: rule["RuleNumber"],
        )
        # Where the answer can change within the range: at its ends and at the ends of the rules.
        probes = {ports[0], ports[1]}
        for rule in rules:
            limits = rule.get("PortRange") or {}
            for port in (limits.get("From", 0), limits.get("To", 0), limits.get("From", 0) - 1,
                         limits.get("To", 0) + 1):  # fmt: skip
                if ports[0] <= port <= ports[1]:
                    probes.add(port)
        decided = {port: self._acl_rule(rules, ip, port) for port in sorted(probes)}
        stopped = [port for port, rule in decided.items() if rule["RuleAction"] == "deny"]
        word = f"{direction} {'answers on ports' if back else 'port'} {_range(ports)}"
        if not stopped:
            number = decided[ports[0]]["RuleNumber"]
            self._note(acl["NetworkAclId"], True, f"{word}: rule {number} allows it", back)
            return
        number = decided[stopped[0]]["RuleNumber"]
        rule = "the last rule (*)" if number == 32767 else f"rule {number}"
        part = "" if len(stopped) == len(decided) else f" for a part of them, such as {stopped[0]}"
        stateless = (
            "; a network ACL is stateless, so the way back needs its own rule" if back else ""
        )
        self._note(acl["NetworkAclId"], False, f"{word}: {rule} denies it{part}{stateless}", back)

    def _acl_rule(self, rules: list, ip: str, port: int) -> dict:
        for rule in rules:
            protocol = str(rule["Protocol"])
            if protocol != "-1":
                if _PROTOCOLS.get(protocol, protocol) != self.found.protocol:
                    continue
                limits = rule.get("PortRange")
                if limits and not limits["From"] <= port <= limits["To"]:
                    continue
            if _inside(ip, rule["CidrBlock"]):
                return rule
        return {"RuleAction": "deny", "RuleNumber": 32767}

    def _acl_of(self, subnet: str) -> dict | None:
        default, vpc = None, self._subnet(subnet)["VpcId"]
        for one in self._list("NetworkAcls"):
            if any(a["SubnetId"] == subnet for a in one.get("Associations", ())):
                return one
            if one.get("IsDefault") and one["VpcId"] == vpc:
                default = one
        return default

    def _route(self, subnet: str, target: Place) -> dict:
        """Return the most specific route of a subnet to ``target``: table, cidr, via (or None)."""
        table, vpc = None, self._subnet(subnet)["VpcId"]
        for one in self._list("RouteTables"):
            links = one.get("Associations", ())
            if any(link.get("SubnetId") == subnet for link in links):
                table = one
                break
            if one["VpcId"] == vpc and any(link.get("Main") for link in links):
                table = one
        if table is None:
            self._note(subnet, False, "the subnet has no route table")
        best, length = None, -1
        for route in table["Routes"]:
            cidr = route.get("DestinationCidrBlock")
            if cidr and _inside(target.ip, cidr):
                size = ipaddress.ip_network(cidr).prefixlen
            elif target.prefix_list and route.get("DestinationPrefixListId") == target.prefix_list:
                cidr, size = target.prefix_list, 33  # the addresses of the list are more specific
            else:
                continue
            if size > length:
                best, length = {**route, "cidr": cidr}, size
        name = table["RouteTableId"]
        endpoint = self._gateway_endpoint(vpc, name, target)
        if endpoint and length < 33:
            return {"table": name, "cidr": target.prefix_list, "via": endpoint}
        if best is None:
            return {"table": name, "cidr": "", "via": None}
        via = next(
            (
                best[key]
                for key in (
                    "GatewayId",
                    "NatGatewayId",
                    "VpcPeeringConnectionId",
                    "TransitGatewayId",
                    "NetworkInterfaceId",
                    "InstanceId",
                )
                if best.get(key)
            ),
            None,
        )
        return {**best, "table": name, "via": via}

    def _gateway_endpoint(self, vpc: str, table: str, target: Place) -> str | None:
        for one in self._list("VpcEndpoints"):
            if (
                (one.get("VpcEndpointType") or "Gateway") == "Gateway"
                and one["VpcId"] == vpc
                and target.prefix_list
                and table in one.get("RouteTableIds", ())
                and one["ServiceName"].endswith(f".{target.name}")
            ):
                return one["VpcEndpointId"]
        return None


def _inside(ip: str, cidr: str) -> bool:
    return ipaddress.ip_address(ip) in ipaddress.ip_network(cidr, strict=False)


def _range(ports: tuple) -> str:
    return str(ports[0]) if ports[0] == ports[1] else f"{ports[0]}-{ports[1]}"


def _ports_text(rule: dict) -> str:
    protocol = _PROTOCOLS.get(str(rule["IpProtocol"]), str(rule["IpProtocol"]))
    first, last = rule.get("FromPort"), rule.get("ToPort")
    if protocol == "all" or first is None:
        return "all traffic"
    return f"{protocol} {_range((first, last))}"
