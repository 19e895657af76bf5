import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from dealab import views
from dealab.cloud import start_aws

ONCE = Config(retries={"total_max_attempts": 1})


@pytest.fixture
def aws():
    lab = start_aws()
    yield lab
    lab.stop()


@pytest.mark.proves(
    "Kinesis Data Streams", "A hot shard can be seen: throttles per shard and second", kind="model"
)
def test_a_hot_shard_is_seen(aws):
    kinesis = boto3.client("kinesis", config=ONCE)
    kinesis.create_stream(StreamName="clicks", ShardCount=3)
    aws.throttle(kinesis=True)
    for _ in range(3):
        records = [{"Data": b"x", "PartitionKey": "hot"}] * 450
        records += [{"Data": b"x", "PartitionKey": str(n)} for n in range(50)]
        kinesis.put_records(StreamName="clicks", Records=records)
    aws.limits.clock.sleep(1)
    kinesis.put_record(StreamName="clicks", Data=b"x", PartitionKey="hot")
    table = views.throughput("clicks")
    hot = table.loc[table.refused > 0]
    assert len(hot) == 1
    assert hot.iloc[0]["share"] == 1.0
    assert hot.iloc[0]["records"] == 1000
    assert sorted(set(table.second)) == [0, 1]
    picture = views.hot_shards("clicks")
    name = hot.iloc[0]["name"]
    assert f"The hottest shard is {name}: up to 100% of its limit" in picture.alt
    assert f"{hot.iloc[0]['refused']} refused" in picture.alt
    assert 'stroke="#8a1c1c"' in picture.svg  # by a frame and a number, not by color alone
    start_aws()
    with pytest.raises(ValueError, match="no limits are on"):
        views.hot_shards("clicks")


@pytest.mark.proves(
    "DynamoDB",
    "A hot partition is throttled at 1,000 writes a second and can be seen",
    kind="model",
)
def test_a_hot_partition_is_throttled_while_its_table_has_room(aws):
    dynamodb = boto3.client("dynamodb", config=ONCE)
    dynamodb.create_table(
        TableName="carts",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        ProvisionedThroughput={"ReadCapacityUnits": 3000, "WriteCapacityUnits": 4000},
    )
    aws.throttle(dynamodb=True, call_seconds=0.001)
    big = {"S": "x" * 49_900}
    refusals = []
    for _ in range(22):  # 49 units each, one key
        try:
            dynamodb.put_item(TableName="carts", Item={"id": {"S": "hot"}, "d": big})
        except ClientError as error:
            refusals.append(error.response)
    assert len(refusals) == 2
    assert refusals[0]["Error"]["Code"] == "ProvisionedThroughputExceededException"
    [reason] = refusals[0]["ThrottlingReasons"]
    assert reason["reason"] == "TableWriteKeyRangeThroughputExceeded"
    assert reason["resource"].endswith("table/carts")
    for n in range(20):  # other keys, other partitions: still room
        dynamodb.put_item(TableName="carts", Item={"id": {"S": f"k{n}"}})
    assert "up to 98% of its limit in a second, 2 refused" in views.hot_partitions("carts").alt
