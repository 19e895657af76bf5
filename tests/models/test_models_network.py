"""Peering, routes and endpoints on documents written by hand."""

import copy

import pytest

from dealab.models.network import reach
from dealab.sql.errors import LabLimit

ANY = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
PEER = "pcx-1"


def _vpc(letter, number):
    return {
        "Subnets": [
            {
                "SubnetId": f"subnet-{letter}",
                "VpcId": f"vpc-{letter}",
                "CidrBlock": f"10.{number}.0.0/16",
            }
        ],
        "RouteTables": [
            {
                "RouteTableId": f"rtb-{letter}",
                "VpcId": f"vpc-{letter}",
                "Associations": [{"Main": True}],
                "Routes": [{"DestinationCidrBlock": f"10.{number}.0.0/16", "GatewayId": "local"}],
            }
        ],
        "SecurityGroups": [
            {"GroupId": f"sg-{letter}", "IpPermissions": ANY, "IpPermissionsEgress": ANY}
        ],
        "Instances": [
            {
                "InstanceId": f"i-{letter}",
                "PrivateIpAddress": f"10.{number}.0.5",
                "SubnetId": f"subnet-{letter}",
                "SecurityGroups": [{"GroupId": f"sg-{letter}"}],
            }
        ],
    }


@pytest.fixture
def document():
    found = {}
    for letter, number in (("a", 0), ("b", 1), ("c", 2)):
        for name, items in _vpc(letter, number).items():
            found.setdefault(name, []).extend(copy.deepcopy(items))
    found["VpcPeeringConnections"] = [
        {
            "VpcPeeringConnectionId": PEER,
            "Status": {"Code": "active"},
            "RequesterVpcInfo": {"VpcId": "vpc-a"},
            "AccepterVpcInfo": {"VpcId": "vpc-b"},
        }
    ]
    return found


def route(document, letter, cidr, **via):
    [table] = [one for one in document["RouteTables"] if one["RouteTableId"] == f"rtb-{letter}"]
    table["Routes"].append({"DestinationCidrBlock": cidr, **via})


# https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html
@pytest.mark.proves(
    "VPC reachability", "Peering needs routes on both sides and is not transitive", kind="model"
)
def test_peering(document):
    assert "no route matches" in reach(document, "i-a", "i-b").why
    route(document, "a", "10.1.0.0/16", VpcPeeringConnectionId=PEER)
    assert "leads back" in reach(document, "i-a", "i-b").why
    route(document, "b", "10.0.0.0/16", VpcPeeringConnectionId=PEER)
    assert reach(document, "i-a", "i-b").reached
    route(document, "a", "10.2.0.0/16", VpcPeeringConnectionId=PEER)
    assert "not transitive" in reach(document, "i-a", "i-c").why
    document["VpcPeeringConnections"][0]["Status"]["Code"] = "pending-acceptance"
    assert "pending-acceptance" in reach(document, "i-a", "i-b").why


# https://docs.aws.amazon.com/vpc/latest/userguide/route-tables-priority.html
@pytest.mark.proves("VPC reachability", "The most specific route wins", kind="model")
def test_the_most_specific_route_wins(document):
    route(document, "a", "0.0.0.0/0", GatewayId="igw-1")
    route(document, "a", "203.0.113.0/24", NatGatewayId="nat-gone", State="blackhole")
    found = reach(document, "i-a", "203.0.113.9")
    assert "blackhole" in found.why
    assert "not attached" in reach(document, "i-a", "203.0.114.9").why


def test_other_gateways_are_refused(document):
    route(document, "a", "0.0.0.0/0", TransitGatewayId="tgw-1")
    with pytest.raises(LabLimit, match="tgw-1"):
        reach(document, "i-a", "internet")


def test_an_interface_endpoint_has_a_security_group(document):
    document["SecurityGroups"].append(
        {"GroupId": "sg-e", "IpPermissions": [], "IpPermissionsEgress": ANY}
    )
    document["VpcEndpoints"] = [{
        "VpcEndpointId": "vpce-1", "VpcEndpointType": "Interface", "VpcId": "vpc-a",
        "ServiceName": "com.amazonaws.us-east-1.kinesis", "PrivateDnsEnabled": True,
        "SubnetIds": ["subnet-a"], "Groups": [{"GroupId": "sg-e"}],
    }]  # fmt: skip
    assert reach(document, "i-a", "kinesis").why.startswith("sg-e: no ingress rule")
    document["SecurityGroups"][-1]["IpPermissions"] = [
        {
            "IpProtocol": "tcp",
            "FromPort": 443,
            "ToPort": 443,
            "UserIdGroupPairs": [{"GroupId": "sg-a"}],
        }
    ]
    assert reach(document, "i-a", "kinesis").reached


def test_an_unknown_end_is_an_error(document):
    with pytest.raises(KeyError):
        reach(document, "i-nowhere", "i-a")
