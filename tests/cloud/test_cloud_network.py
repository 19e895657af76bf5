"""Reachability from EC2's own descriptions of a network that boto3 built."""

import boto3
import pytest

from dealab.cloud import start_aws
from dealab.views import network


@pytest.fixture(scope="module")
def net():
    """A VPC with a public and a private subnet, a web server and a database."""
    lab = start_aws()
    ec2 = boto3.client("ec2")
    found = {"ec2": ec2}
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    for name, cidr in (("public", "10.0.0.0/24"), ("private", "10.0.1.0/24")):
        found[name] = ec2.create_subnet(VpcId=vpc, CidrBlock=cidr)["Subnet"]["SubnetId"]
    ec2.modify_subnet_attribute(SubnetId=found["public"], MapPublicIpOnLaunch={"Value": True})
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    for name in ("public", "private"):
        table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
        ec2.associate_route_table(RouteTableId=table, SubnetId=found[name])
        found[f"{name}_routes"] = table
    ec2.create_route(
        RouteTableId=found["public_routes"], DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway
    )
    for name in ("web", "db"):
        found[f"{name}_group"] = ec2.create_security_group(
            GroupName=name, Description=name, VpcId=vpc
        )["GroupId"]
    allow = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
    ec2.authorize_security_group_ingress(
        GroupId=found["web_group"],
        IpPermissions=[{**allow, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
    )
    allow = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432}
    ec2.authorize_security_group_ingress(
        GroupId=found["db_group"],
        IpPermissions=[{**allow, "UserIdGroupPairs": [{"GroupId": found["web_group"]}]}],
    )
    for name, subnet in (("web", "public"), ("db", "private")):
        found[name] = ec2.run_instances(
            ImageId="ami-12c6146b", MinCount=1, MaxCount=1, SubnetId=found[subnet],
            SecurityGroupIds=[found[f"{name}_group"]],
        )["Instances"][0]["InstanceId"]  # fmt: skip
    found["vpc"] = vpc
    yield found
    lab.stop()


@pytest.mark.proves(
    "VPC reachability", "Security groups: rules by address and by group, stateful", kind="model"
)
def test_security_groups(net):
    assert network.reachable("internet", net["web"], 443).reached
    stopped = network.reachable("internet", net["web"], 22)
    assert not stopped.reached
    assert stopped.why == f"{net['web_group']}: no ingress rule allows tcp 22 from 198.51.100.10"
    found = network.reachable(net["web"], net["db"], 5432)
    assert found.reached
    assert any(net["web_group"] in hop.why for hop in found.hops if hop.where == net["db_group"])
    assert not network.reachable("10.0.1.77", net["db"], 5432).reached


@pytest.mark.proves(
    "VPC reachability", "Private subnets: no public address, no way in", kind="model"
)
def test_a_private_subnet(net):
    assert "no public IP" in network.reachable("internet", net["db"], 5432).why
    assert "no route matches" in network.reachable(net["db"], "internet").why


@pytest.mark.proves(
    "VPC reachability", "Network ACLs: numbered, stateless, ephemeral ports", kind="model"
)
def test_network_acls_are_stateless(net):
    ec2 = net["ec2"]
    acl = ec2.create_network_acl(VpcId=net["vpc"])["NetworkAcl"]["NetworkAclId"]
    links = [a for one in ec2.describe_network_acls()["NetworkAcls"] for a in one["Associations"]]
    [old] = [one for one in links if one["SubnetId"] == net["public"]]
    link = ec2.replace_network_acl_association(
        AssociationId=old["NetworkAclAssociationId"], NetworkAclId=acl
    )["NewAssociationId"]

    def rule(number, egress, action, first, last):
        ec2.create_network_acl_entry(
            NetworkAclId=acl, RuleNumber=number, Protocol="6", RuleAction=action, Egress=egress,
            CidrBlock="0.0.0.0/0", PortRange={"From": first, "To": last},
        )  # fmt: skip

    def why():
        return network.reachable("internet", net["web"], 443).why

    assert "ingress port 443: the last rule (*) denies it" in why()
    rule(100, False, "allow", 443, 443)
    assert "egress answers on ports 1024-65535: the last rule (*) denies it" in why()
    rule(100, True, "allow", 32768, 65535)
    assert "for a part of them, such as 1024" in why()
    rule(110, True, "allow", 1024, 32767)
    assert network.reachable("internet", net["web"], 443).reached
    rule(50, False, "deny", 400, 500)
    assert "rule 50 denies it" in why()
    ec2.replace_network_acl_association(AssociationId=link, NetworkAclId=old["NetworkAclId"])


@pytest.mark.proves(
    "VPC reachability", "NAT gateway and S3 gateway endpoint from a private subnet", kind="model"
)
def test_nat_and_gateway_endpoint(net):
    ec2, table = net["ec2"], net["private_routes"]
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = ec2.create_nat_gateway(SubnetId=net["public"], AllocationId=address)["NatGateway"]
    assert not network.reachable(net["db"], "s3").reached
    ec2.create_vpc_endpoint(
        VpcId=net["vpc"], ServiceName="com.amazonaws.us-east-1.s3", RouteTableIds=[table]
    )
    found = network.reachable(net["db"], "s3")
    assert found.reached
    assert any("gateway endpoint" in hop.why for hop in found.hops)
    assert not network.reachable(net["db"], "internet").reached
    ec2.create_route(
        RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=nat["NatGatewayId"]
    )
    found = network.reachable(net["db"], "internet")
    assert found.reached
    assert nat["NatGatewayId"] in [hop.where for hop in found.hops]
    assert not any("nat-" in hop.where for hop in network.reachable(net["db"], "s3").hops)
    assert not network.reachable("internet", net["db"], 443).reached


@pytest.mark.proves(
    "VPC reachability",
    "A picture and a table of the way, with the rule that stopped it",
    kind="model",
)
def test_the_picture_says_what_stopped_it(net):
    picture = network.reachability("internet", net["web"], 22)
    assert "does not reach" in picture.alt
    assert "no ingress rule allows tcp 22" in picture.alt
    assert picture.svg.count("<rect") == 3
    table = network.hops("internet", net["web"], 22)
    assert list(table.passed) == [True, True, False]
