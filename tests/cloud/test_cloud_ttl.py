import boto3
import pytest
from botocore.exceptions import ClientError

from dealab.cloud import start_aws

NINE = 1772442000  # 2026-03-02T09:00 UTC


@pytest.fixture
def lab():
    lab = start_aws(at="2026-03-02T09:00")
    yield lab
    lab.stop()


@pytest.fixture
def carts(lab):
    client = boto3.client("dynamodb")
    client.create_table(
        TableName="carts",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )

    def put(name, ends=None):
        item = {"id": {"S": name}} | ({"ends": {"N": str(ends)}} if ends else {})
        client.put_item(TableName="carts", Item=item)

    def held():
        return {item["id"]["S"] for item in client.scan(TableName="carts")["Items"]}

    return client, put, held


def live(client, enabled=True):
    client.update_time_to_live(
        TableName="carts",
        TimeToLiveSpecification={"Enabled": enabled, "AttributeName": "ends"},
    )


@pytest.mark.proves("DynamoDB", "Time to live deletes items on the clock", kind="model")
def test_items_go_after_their_time_and_the_stream_says_who(lab, carts):
    client, put, held = carts
    live(client)
    put("soon", NINE + 600)
    put("later", NINE + 7200)
    put("never")
    lab.clock.move(minutes=30)
    assert held() == {"soon", "later", "never"}  # expired items can still be seen for a while
    lab.clock.move(minutes=30)
    assert held() == {"later", "never"}
    client.delete_item(TableName="carts", Key={"id": {"S": "later"}})
    lab.clock.move(days=30)
    assert held() == {"never"}
    streams = boto3.client("dynamodbstreams")
    [stream] = streams.list_streams()["Streams"]
    shard = streams.describe_stream(StreamArn=stream["StreamArn"])["StreamDescription"]["Shards"][0]
    iterator = streams.get_shard_iterator(
        StreamArn=stream["StreamArn"], ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    removed = [
        (record["dynamodb"]["Keys"]["id"]["S"], record.get("userIdentity"))
        for record in streams.get_records(ShardIterator=iterator)["Records"]
        if record["eventName"] == "REMOVE"
    ]
    assert removed == [
        ("soon", {"Type": "Service", "PrincipalId": "dynamodb.amazonaws.com"}),
        ("later", None),
    ]


def test_a_handler_sees_the_service_as_the_one_who_deleted(lab, carts):
    from dealab.cloud import zip_handler

    client, put, _ = carts
    live(client)
    function = boto3.client("lambda").create_function(
        FunctionName="archive", Runtime="python3.13", Role=lab.role, Handler="handler.handler",
        Code={"ZipFile": zip_handler(
            "def handler(event, context): return [r.get('userIdentity') for r in event['Records']]"
        )},
    )  # fmt: skip
    arn = client.describe_table(TableName="carts")["Table"]["LatestStreamArn"]
    boto3.client("lambda").create_event_source_mapping(
        EventSourceArn=arn, FunctionName=function["FunctionArn"], StartingPosition="TRIM_HORIZON"
    )
    put("a", NINE + 60)
    lab.clock.move(hours=2)
    lab.run_event_sources()
    found = [identity for run in lab.invocations for identity in run.result]
    assert found == [None, {"type": "Service", "principalId": "dynamodb.amazonaws.com"}]


def test_off_means_off_and_wrong_settings_are_refused(lab, carts):
    client, put, held = carts
    put("a", NINE + 60)
    lab.clock.move(days=1)
    assert held() == {"a"}
    live(client)
    with pytest.raises(ClientError, match="TimeToLive is already enabled"):
        live(client)
    live(client, enabled=False)
    lab.clock.move(days=1)
    assert held() == {"a"}
    with pytest.raises(ClientError) as refused:
        client.update_time_to_live(
            TableName="none", TimeToLiveSpecification={"Enabled": True, "AttributeName": "x"}
        )
    assert refused.value.response["Error"]["Code"] == "ResourceNotFoundException"
