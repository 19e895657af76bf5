import pytest

from dealab import explore
from dealab.explore.dynamodb_capacity import load, read_units, write_units


@pytest.mark.parametrize(
    ("kb", "consistency", "units"),
    [  # the pricing page's example of an item of 8 KB, and one that is rounded up
        (8, "strongly consistent", 2),
        (8, "eventually consistent", 1),
        (8, "transactional", 4),
        (3.5, "strongly consistent", 1),
        (4.1, "strongly consistent", 2),
        (0.1, "eventually consistent", 0.5),
    ],
)
def test_read_units_as_documented(kb, consistency, units):
    assert read_units(kb, consistency) == units


def test_write_units_round_up_to_1_kb():
    assert write_units(0.2) == 1
    assert write_units(1.5) == 2
    assert write_units(1.5, transactional=True) == 4


def test_the_units_are_those_that_the_local_aws_counts():
    import boto3

    from dealab.cloud import start_aws

    lab = start_aws()
    try:
        table = boto3.resource("dynamodb").create_table(
            TableName="carts",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        )
        meter = {"ReturnConsumedCapacity": "TOTAL"}
        for kb in (0.5, 3.5, 9, 40):
            item = {"id": "a", "d": "x" * int(kb * 1024 - 5)}
            wrote = table.put_item(Item=item, **meter)["ConsumedCapacity"]["CapacityUnits"]
            assert wrote == write_units(kb)
            for strong, name in ((False, "eventually consistent"), (True, "strongly consistent")):
                read = table.get_item(Key={"id": "a"}, ConsistentRead=strong, **meter)
                assert read["ConsumedCapacity"]["CapacityUnits"] == read_units(kb, name)
    finally:
        lab.stop()


def test_a_hot_key_is_held_against_its_partition():
    found = load(reads=0, writes=2_000, kb=1, consistency="strongly consistent", hot=0.75)
    assert found.write == 2_000
    assert found.hot_share == pytest.approx(1.5)


def test_the_words_follow_the_sliders():
    panel = explore.dynamodb_capacity()
    assert "Provision 300 RCU and 480 WCU" in panel.words
    assert "no hot key" in panel.words
    panel.set(writes=400, hot_percent=50)
    assert "1.2 times what its partition serves" in panel.words
    assert 'alt="Units of the table' in panel.children[-1].value
