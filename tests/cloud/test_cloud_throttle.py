import time

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

NO_RETRIES = Config(retries={"total_max_attempts": 1})
KB = b"x" * 1000


@pytest.fixture
def kinesis(aws):
    client = boto3.client("kinesis", config=NO_RETRIES)
    client.create_stream(StreamName="s", ShardCount=2)
    return client


def many(number, data=b"x", key="hot"):
    return [{"Data": data, "PartitionKey": key} for _ in range(number)]


def stored(kinesis):
    total = 0
    for shard in kinesis.list_shards(StreamName="s")["Shards"]:
        iterator = kinesis.get_shard_iterator(
            StreamName="s", ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        total += len(kinesis.get_records(ShardIterator=iterator)["Records"])
    return total


def test_without_the_model_there_is_no_limit(kinesis):
    for _ in range(4):
        assert kinesis.put_records(StreamName="s", Records=many(500))["FailedRecordCount"] == 0


def test_a_shard_takes_a_thousand_records_a_second(aws, kinesis):
    limits = aws.throttle(kinesis=True)
    failed = [
        kinesis.put_records(StreamName="s", Records=many(500))["FailedRecordCount"]
        for _ in range(3)
    ]
    assert failed == [0, 0, 500]
    limits.clock.sleep(1)
    assert kinesis.put_records(StreamName="s", Records=many(500))["FailedRecordCount"] == 0
    aws.throttle()
    assert stored(kinesis) == 1500


def test_a_batch_can_fail_in_part_and_says_for_which_records(aws, kinesis):
    aws.throttle(kinesis=True)
    kinesis.put_records(StreamName="s", Records=many(500))
    kinesis.put_records(StreamName="s", Records=many(300))
    cold = {"Data": b"cold", "PartitionKey": "1"}
    cold["ExplicitHashKey"], hot = str(2**128 - 1), {"Data": b"hot", "PartitionKey": "1"}
    hot["ExplicitHashKey"] = "0"
    first = kinesis.describe_stream(StreamName="s")["StreamDescription"]["Shards"][0]["ShardId"]
    aws.throttle(kinesis=True)
    for _ in range(2):
        kinesis.put_records(StreamName="s", Records=[hot] * 500)
    answer = kinesis.put_records(StreamName="s", Records=[hot, cold, hot])
    assert answer["FailedRecordCount"] == 2
    refused, taken, _ = answer["Records"]
    assert refused["ErrorCode"] == "ProvisionedThroughputExceededException"
    assert refused["ErrorMessage"] == (
        f"Rate exceeded for shard {first} in stream s under account 111122223333."
    )
    assert "SequenceNumber" not in refused
    assert taken["SequenceNumber"]
    assert dict(aws.limits.refused) == {f"s/{first}": 2}


def test_a_shard_takes_a_megabyte_a_second(aws, kinesis):
    aws.throttle(kinesis=True)
    sizes = [{"Data": b"x" * 400_000, "PartitionKey": "hot"}] * 4
    assert kinesis.put_records(StreamName="s", Records=sizes)["FailedRecordCount"] == 2


def test_one_record_too_many_raises(aws, kinesis):
    aws.throttle(kinesis=True)
    for _ in range(2):
        kinesis.put_records(StreamName="s", Records=many(500))
    with pytest.raises(ClientError) as refused:
        kinesis.put_record(StreamName="s", Data=b"x", PartitionKey="hot")
    assert refused.value.response["Error"]["Code"] == "ProvisionedThroughputExceededException"
    assert "Rate exceeded for shard" in refused.value.response["Error"]["Message"]


def test_the_sdk_backs_off_on_the_labs_clock_and_gets_through(aws, kinesis):
    limits = aws.throttle(kinesis=True)
    for _ in range(2):
        kinesis.put_records(StreamName="s", Records=many(500))
    patient = boto3.client("kinesis", config=Config(retries={"total_max_attempts": 10}))
    begun = time.perf_counter()
    patient.put_record(StreamName="s", Data=b"x", PartitionKey="hot")
    assert limits.clock.slept > 0.5
    assert sum(limits.refused.values()) >= 1
    assert time.perf_counter() - begun < 2


def test_five_reads_a_second(aws, kinesis):
    kinesis.put_record(StreamName="s", Data=b"x", PartitionKey="hot")
    iterator = kinesis.get_shard_iterator(
        StreamName="s", ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    limits = aws.throttle(kinesis=True)
    for _ in range(5):
        iterator = kinesis.get_records(ShardIterator=iterator)["NextShardIterator"]
    with pytest.raises(ClientError, match="ProvisionedThroughputExceeded"):
        kinesis.get_records(ShardIterator=iterator)
    limits.clock.sleep(1)
    kinesis.get_records(ShardIterator=iterator)


def test_a_big_read_is_paid_off_at_two_megabytes_a_second(aws, kinesis):
    for _ in range(9):
        kinesis.put_record(StreamName="s", Data=b"x" * 1_000_000, PartitionKey="hot")
    shard = next(
        s["ShardId"]
        for s in kinesis.list_shards(StreamName="s")["Shards"]
        if aws_records(s["ShardId"])
    )
    iterator = kinesis.get_shard_iterator(
        StreamName="s", ShardId=shard, ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    limits = aws.throttle(kinesis=True)
    kinesis.get_records(ShardIterator=iterator)  # 9 MB: the shard is busy for 5 seconds
    for _ in range(4):
        limits.clock.sleep(0.95)
        with pytest.raises(ClientError, match="ProvisionedThroughputExceeded"):
            kinesis.get_records(ShardIterator=iterator)
    limits.clock.sleep(1.2)
    kinesis.get_records(ShardIterator=iterator)


def aws_records(shard_id):
    from dealab.views import shards

    table = shards("s").set_index("shard")
    return table.loc[shard_id, "records"]


@pytest.fixture
def dynamodb(aws):
    client = boto3.client("dynamodb", config=NO_RETRIES)
    for name, settings in {
        "small": {
            "BillingMode": "PROVISIONED",
            "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 5},
        },
        "free": {"BillingMode": "PAY_PER_REQUEST"},
    }.items():
        client.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            **settings,
        )
    return client


def item(name, size=10):
    return {"id": {"S": name}, "data": {"S": "x" * size}}


def test_a_table_takes_its_write_units_a_second(aws, dynamodb):
    limits = aws.throttle(dynamodb=True)
    for n in range(5):
        dynamodb.put_item(TableName="small", Item=item(str(n)))
    with pytest.raises(ClientError) as refused:
        dynamodb.put_item(TableName="small", Item=item("5"))
    assert refused.value.response["Error"]["Code"] == "ProvisionedThroughputExceededException"
    for n in range(50):
        dynamodb.put_item(TableName="free", Item=item(str(n)))
    limits.clock.sleep(1)
    dynamodb.put_item(TableName="small", Item=item("5"))
    assert dynamodb.scan(TableName="small")["Count"] == 6


def test_big_items_cost_a_unit_for_each_started_kilobyte(aws, dynamodb):
    aws.throttle(dynamodb=True)
    dynamodb.put_item(TableName="small", Item=item("a", 3000))  # 3 units
    with pytest.raises(ClientError):
        dynamodb.put_item(TableName="small", Item=item("b", 2048))  # 3 more
    dynamodb.update_item(
        TableName="small", Key={"id": {"S": "b"}}, UpdateExpression="SET n = :n",
        ExpressionAttributeValues={":n": {"N": "1"}},
    )  # fmt: skip
    with pytest.raises(ClientError):
        dynamodb.delete_item(TableName="small", Key={"id": {"S": "a"}})  # as large as the item
    dynamodb.delete_item(TableName="small", Key={"id": {"S": "b"}})


def test_replacing_a_big_item_by_a_small_one_costs_as_much_as_the_big_one(aws, dynamodb):
    dynamodb.put_item(TableName="small", Item=item("a", 4500))
    limits = aws.throttle(dynamodb=True)
    dynamodb.put_item(TableName="small", Item=item("a"))  # 5 units
    with pytest.raises(ClientError):
        dynamodb.put_item(TableName="small", Item=item("b"))
    limits.clock.sleep(1)
    deletes = [{"DeleteRequest": {"Key": {"id": {"S": key}}}} for key in "ab"]
    answer = dynamodb.batch_write_item(RequestItems={"small": deletes})
    assert answer["UnprocessedItems"] == {}


def test_a_batch_hands_back_what_did_not_fit(aws, dynamodb):
    limits = aws.throttle(dynamodb=True)
    puts = [{"PutRequest": {"Item": item(str(n))}} for n in range(8)]
    answer = dynamodb.batch_write_item(RequestItems={"small": puts})
    assert answer["UnprocessedItems"] == {"small": puts[5:]}
    with pytest.raises(ClientError, match="ProvisionedThroughputExceeded"):
        dynamodb.batch_write_item(RequestItems=answer["UnprocessedItems"])
    limits.clock.sleep(1)
    assert (
        dynamodb.batch_write_item(RequestItems=answer["UnprocessedItems"])["UnprocessedItems"] == {}
    )
    assert dynamodb.scan(TableName="small")["Count"] == 8


def test_a_new_start_has_no_limits(aws, kinesis):
    from dealab.cloud import start_aws

    aws.throttle(kinesis=True)
    again = start_aws()
    assert again.limits is None
    again.stop()


def test_the_sdks_own_waits_are_real_when_no_limit_is_on(aws):
    import botocore.endpoint

    aws.throttle(kinesis=True)
    aws.throttle()
    begun = time.perf_counter()
    botocore.endpoint.time.sleep(0.05)
    assert time.perf_counter() - begun >= 0.045
    assert aws.limits.clock.slept == 0
