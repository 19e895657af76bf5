"""DynamoDB through plain boto3: checks, conditions, units, transactions, PartiQL, streams."""

import gzip
import json

import boto3
import pytest
from botocore.exceptions import ClientError

from dealab.sql.errors import LabLimit


def S(text):
    return {"S": text}


def N(number):
    return {"N": str(number)}


def key(p, s):
    return {"p": S(p), "s": S(s)}


@pytest.fixture
def db(aws):
    client = boto3.client("dynamodb")
    types = {"p": "S", "s": "S", "g": "S", "n": "N"}
    client.create_table(
        TableName="tab",
        KeySchema=[
            {"AttributeName": "p", "KeyType": "HASH"},
            {"AttributeName": "s", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": kind} for name, kind in types.items()
        ],
        BillingMode="PAY_PER_REQUEST",
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-g",
                "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
        LocalSecondaryIndexes=[
            {
                "IndexName": "by-n",
                "KeySchema": [
                    {"AttributeName": "p", "KeyType": "HASH"},
                    {"AttributeName": "n", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["x"]},
            }
        ],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    return client


@pytest.fixture
def put(db):
    def put(p="a", s="1", **attributes):
        return db.put_item(TableName="tab", Item={**key(p, s), **attributes})

    return put


def get(db, p="a", s="1"):
    return db.get_item(TableName="tab", Key=key(p, s), ConsistentRead=True).get("Item")


def update(db, expression, values=None, names=None, at=("a", "1"), **more):
    asked = {"ExpressionAttributeValues": values, "ExpressionAttributeNames": names, **more}
    return db.update_item(
        TableName="tab", Key=key(*at), UpdateExpression=expression,
        **{name: value for name, value in asked.items() if value},
    )  # fmt: skip


ITEM = {
    "n": N(5),
    "x": S("abcd"),
    "l": {"L": [N(1), S("two")]},
    "ss": {"SS": ["r", "g"]},
    "m": {"M": {"a": S("1"), "b": {"M": {"c": N("2.50")}}}},
    "nul": {"NULL": True},
    "bin": {"B": b"\x01\x02"},
}


@pytest.mark.proves("DynamoDB", "Condition expressions: every operator and function", kind="real")
@pytest.mark.parametrize(
    ("condition", "values", "expected"),
    [
        ("n = :v", {":v": N("5.0")}, True),
        ("n <> :v", {":v": N(5)}, False),
        ("n < :v", {":v": S("9")}, False),
        ("n >= :v", {":v": N(5)}, True),
        ("n BETWEEN :a AND :b", {":a": N(4), ":b": N(5)}, True),
        ("n IN (:a, :b)", {":a": N(4), ":b": N(5)}, True),
        ("attribute_exists(m.b.c)", None, True),
        ("attribute_not_exists(m.z)", None, True),
        ("attribute_not_exists(p)", None, False),
        ("attribute_type(nul, :v)", {":v": S("NULL")}, True),
        ("begins_with(x, :v)", {":v": S("ab")}, True),
        ("contains(x, :v)", {":v": S("bc")}, True),
        ("contains(ss, :v)", {":v": S("g")}, True),
        ("contains(l, :v)", {":v": N(1)}, True),
        ("contains(ss, :v)", {":v": S("x")}, False),
        ("size(x) = :v", {":v": N(4)}, True),
        ("size(bin) = :v", {":v": N(2)}, True),
        ("size(m) < :v", {":v": N(3)}, True),
        ("l[1] = :v", {":v": S("two")}, True),
        ("m.b.c = :v", {":v": N("2.5")}, True),
        ("absent = :v", {":v": N(1)}, False),
        ("absent <> :v", {":v": N(1)}, True),
        ("NOT n = :v AND x = :w", {":v": N(6), ":w": S("abcd")}, True),
        ("n = :v OR n = :w AND x = :w", {":v": N(5), ":w": N(6)}, True),
        ("(n = :v OR n = :w) AND x = :w", {":v": N(5), ":w": N(6)}, False),
        ("ss = :v", {":v": {"SS": ["g", "r"]}}, True),
        ("x > n", None, False),
    ],
)
def test_conditions(db, put, condition, values, expected):
    put(**ITEM)
    try:
        update(db, "SET seen = p", values, ConditionExpression=condition)
        held = True
    except db.exceptions.ConditionalCheckFailedException:
        held = False
    assert held is expected
    assert ("seen" in get(db)) is expected


@pytest.mark.proves("DynamoDB", "Bad expressions are refused in the service's words", kind="real")
@pytest.mark.parametrize(
    ("condition", "values", "message"),
    [
        ("n = :v AND", {":v": N(1)}, 'Syntax error; token: "<EOF>"'),
        ("n = :v", None, "attribute value: :v"),
        ("foo(n)", None, "Invalid function name; function: foo"),
        ("#k = n", None, "attribute name: #k"),
        ("size = :v", {":v": N(1)}, "reserved keyword: size"),
        ("begins_with(x)", None, "number of operands: 1"),
        ("begins_with(x, :v)", {":v": N(1)}, "operand type: N"),
        ("n BETWEEN :a AND :b", {":a": N(2), ":b": N(1)}, "requires upper bound"),
        ("n = n", {":v": N(1)}, "unused in expressions: keys: {:v}"),
    ],
)
def test_bad_conditions(db, put, condition, values, message):
    put(**ITEM)
    with pytest.raises(ClientError) as refused:
        update(db, "SET seen = p", values, ConditionExpression=condition)
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    assert message in str(refused.value)


@pytest.mark.proves(
    "DynamoDB",
    "Update expressions: SET, REMOVE, ADD, DELETE, list_append, if_not_exists",
    kind="real",
)
def test_update_expressions(db, put):
    put(**ITEM)
    update(
        db,
        "SET l = list_append(l, :l), m.b.d = :n, c = if_not_exists(c, :n) + :n "
        "REMOVE x ADD n :n DELETE ss :s",
        {":l": {"L": [S("three")]}, ":n": N(2), ":s": {"SS": ["g"]}},
    )
    item = get(db)
    assert item["l"] == {"L": [N(1), S("two"), S("three")]}
    assert item["m"]["M"]["b"]["M"] == {"c": N("2.5"), "d": N(2)}
    assert (item["c"], item["n"], item["ss"]) == (N(4), N(7), {"SS": ["r"]})
    assert "x" not in item
    with pytest.raises(ClientError, match="part of the key"):
        update(db, "SET s = :v", {":v": S("2")})
    with pytest.raises(ClientError, match="Type mismatch for Index Key g Expected: S Actual: N"):
        update(db, "SET g = :v", {":v": N(1)})
    assert get(db) == item


@pytest.mark.proves(
    "DynamoDB",
    "Keys, values and sizes are checked: types, empty keys, 400 KB, sets, 38 digits",
    kind="real",
)
@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({"p": S("")}, "cannot contain an empty string value. Key: p"),
        ({"p": S("x" * 2049)}, "Size of hashkey has exceeded"),
        ({"s": S("x" * 1025)}, "Size of rangekey has exceeded"),
        ({"p": N(1)}, "Type mismatch for key p expected: S actual: N"),
        ({"g": N(1)}, "Type mismatch for Index Key g Expected: S Actual: N IndexName: by-g"),
        ({"v": S("x" * 410_000)}, "Item size has exceeded the maximum allowed size"),
        ({"v": {"SS": ["a", "a"]}}, "contains duplicates"),
        ({"v": {"NS": ["1", "1.0"]}}, "contains duplicates"),
        ({"v": N("1" * 39)}, "more than 38 significant digits"),
        ({"v": N("1E200")}, "Number overflow"),
        ({"v": N("five")}, "cannot be converted to a numeric value: five"),
    ],
)
def test_items_are_checked(db, attributes, message):
    with pytest.raises(ClientError, match="ValidationException") as refused:
        db.put_item(TableName="tab", Item={**key("a", "1"), **attributes})
    assert message in str(refused.value)
    assert db.scan(TableName="tab")["Count"] == 0


def test_numbers_keep_their_precision_and_lose_their_zeros(db, put):
    put(v=N("0.12345678901234567890123456789012345678"), w=N("1.500"), z=N("-0"))
    item = get(db)
    assert item["v"] == N("0.12345678901234567890123456789012345678")
    assert (item["w"], item["z"]) == (N("1.5"), N(0))


def test_a_key_must_fit_the_schema(db, put):
    put()
    for wrong in ({"p": S("a")}, {"p": S("a"), "s": N(1)}, {**key("a", "1"), "n": N(1)}):
        with pytest.raises(ClientError, match="does not match the schema"):
            db.get_item(TableName="tab", Key=wrong)


def query(db, expression="p = :p", **more):
    values = more.pop("values", {":p": S("a")})
    return db.query(
        TableName="tab", KeyConditionExpression=expression, ExpressionAttributeValues=values, **more
    )


@pytest.mark.proves("DynamoDB", "Query: order, Limit and pages, filter after the read", kind="real")
def test_filter_comes_after_the_read(db, put):
    for n in range(6):
        put(s=str(n), n=N(n))
    pages, start = [], {}
    while True:
        page = query(
            db, FilterExpression="n > :n", values={":p": S("a"), ":n": N(3)}, Limit=2, **start
        )
        pages.append((page["Count"], page["ScannedCount"]))
        if "LastEvaluatedKey" not in page:
            break
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
    assert pages[:3] == [(0, 2), (0, 2), (2, 2)]
    newest = query(db, ScanIndexForward=False, Limit=1)["Items"]
    assert newest[0]["s"] == S("5")
    with pytest.raises(ClientError, match="non-primary key attributes: Primary key attribute: s"):
        query(db, FilterExpression="s > :n", values={":p": S("a"), ":n": S("1")})


@pytest.mark.proves(
    "DynamoDB", "GSI: sparse, projected, never consistent; LSI fetches from the table", kind="real"
)
def test_indexes(db, put):
    put(s="1", g=S("G"), n=N(2), x=S("in"), y=S("out"))
    put(s="2", n=N(1))
    put(s="3")
    by_g = {"IndexName": "by-g", "expression": "g = :g", "values": {":g": S("G")}}
    assert query(db, **by_g)["Items"] == [{**key("a", "1"), "g": S("G")}]
    with pytest.raises(ClientError, match="Consistent reads are not supported on global"):
        query(db, ConsistentRead=True, **by_g)
    with pytest.raises(ClientError, match=r"by-g does not project \[y\]"):
        query(db, ProjectionExpression="y", **by_g)
    assert [item["s"] for item in query(db, IndexName="by-n")["Items"]] == [S("2"), S("1")]
    assert query(db, IndexName="by-n", ProjectionExpression="x, y")["Items"][1] == {
        "x": S("in"), "y": S("out"),
    }  # fmt: skip


@pytest.mark.proves(
    "DynamoDB", "Consumed capacity: by size, consistency, index and transaction", kind="real"
)
def test_capacity_units(db, put):
    def units(answer):
        return answer["ConsumedCapacity"]["CapacityUnits"]

    big = {**key("a", "big"), "v": S("x" * 9000)}
    asked = {"TableName": "tab", "ReturnConsumedCapacity": "TOTAL"}
    assert units(db.put_item(Item=big, **asked)) == 9
    assert units(db.put_item(Item=key("a", "big"), **asked)) == 9  # the larger of old and new
    assert units(db.put_item(Item=big, **asked)) == 9
    assert units(db.get_item(Key=key("a", "big"), **asked)) == 1.5
    assert (
        units(
            db.get_item(Key=key("a", "big"), ConsistentRead=True, ProjectionExpression="s", **asked)
        )
        == 3
    )
    assert units(db.get_item(Key=key("a", "none"), **asked)) == 0.5
    found = db.put_item(
        TableName="tab", Item={**key("b", "1"), "g": S("G")}, ReturnConsumedCapacity="INDEXES"
    )["ConsumedCapacity"]
    assert found["CapacityUnits"] == 2
    assert found["GlobalSecondaryIndexes"] == {"by-g": {"CapacityUnits": 1.0}}
    moved = update(
        db, "SET g = :g", {":g": S("H")}, at=("b", "1"), ReturnConsumedCapacity="INDEXES"
    )
    assert moved["ConsumedCapacity"]["GlobalSecondaryIndexes"]["by-g"]["CapacityUnits"] == 2
    for n in range(4):
        put(s=f"s{n}", v=S("x" * 3000))
    found = query(db, "p = :p and begins_with(s, :s)", values={":p": S("a"), ":s": S("s")},
                  ReturnConsumedCapacity="TOTAL", ProjectionExpression="s")  # fmt: skip
    assert units(found) == 1.5  # 12 KB together, eventually consistent
    written = db.transact_write_items(
        TransactItems=[{"Put": {"TableName": "tab", "Item": key("c", "1")}}],
        ReturnConsumedCapacity="TOTAL",
    )
    assert written["ConsumedCapacity"] == [
        {"TableName": "tab", "CapacityUnits": 2.0, "WriteCapacityUnits": 2.0}
    ]
    got = db.transact_get_items(
        TransactItems=[{"Get": {"TableName": "tab", "Key": key("c", "1")}}],
        ReturnConsumedCapacity="TOTAL",
    )
    assert got["ConsumedCapacity"][0]["CapacityUnits"] == 2
    assert "ConsumedCapacity" not in db.get_item(TableName="tab", Key=key("c", "1"))


@pytest.mark.proves(
    "DynamoDB", "Transactions: all or nothing, with a reason for each part", kind="real"
)
def test_transactions_are_all_or_nothing(db, put):
    put(c=N(1))
    parts = [
        {"Put": {"TableName": "tab", "Item": key("new", "1")}},
        {
            "ConditionCheck": {
                "TableName": "tab",
                "Key": key("a", "1"),
                "ConditionExpression": "c > :c",
                "ExpressionAttributeValues": {":c": N(5)},
            }
        },
    ]
    with pytest.raises(db.exceptions.TransactionCanceledException) as refused:
        db.transact_write_items(TransactItems=parts)
    reasons = [reason["Code"] for reason in refused.value.response["CancellationReasons"]]
    assert reasons == ["None", "ConditionalCheckFailed"]
    assert get(db, "new") is None
    parts[1]["ConditionCheck"]["ExpressionAttributeValues"] = {":c": N(0)}
    db.transact_write_items(TransactItems=parts)
    assert get(db, "new")
    with pytest.raises(ClientError, match="multiple operations on one item"):
        db.transact_write_items(TransactItems=[parts[0], parts[0]])


@pytest.mark.proves("DynamoDB", "A transaction's token runs it once", kind="real")
def test_a_token_runs_once(db, put):
    put(c=N(0))
    part = {
        "TableName": "tab", "Key": key("a", "1"), "UpdateExpression": "ADD c :one",
        "ExpressionAttributeValues": {":one": N(1)},
    }  # fmt: skip
    for _ in range(3):
        db.transact_write_items(TransactItems=[{"Update": part}], ClientRequestToken="once")
    assert get(db)["c"] == N(1)
    other = {**part, "ExpressionAttributeValues": {":one": N(2)}}
    with pytest.raises(ClientError, match="IdempotentParameterMismatchException"):
        db.transact_write_items(TransactItems=[{"Update": other}], ClientRequestToken="once")


@pytest.mark.proves("DynamoDB", "Batches: 25 writes, 100 reads, no item twice", kind="real")
def test_batches_are_limited(db):
    def puts(count):
        return {"tab": [{"PutRequest": {"Item": key("a", str(n))}} for n in range(count)]}

    with pytest.raises(ClientError, match="Too many items requested"):
        db.batch_write_item(RequestItems=puts(26))
    with pytest.raises(ClientError, match="contains duplicates"):
        db.batch_write_item(
            RequestItems={"tab": [*puts(1)["tab"], {"DeleteRequest": {"Key": key("a", "0")}}]}
        )
    assert db.scan(TableName="tab")["Count"] == 0
    found = db.batch_write_item(RequestItems=puts(25), ReturnConsumedCapacity="TOTAL")
    assert found["ConsumedCapacity"] == [{"TableName": "tab", "CapacityUnits": 25.0}]
    with pytest.raises(ClientError, match="Too many items requested"):
        db.batch_get_item(RequestItems={"tab": {"Keys": [key("a", str(n)) for n in range(101)]}})


@pytest.mark.proves("DynamoDB", "A scan in parallel segments reads every item once", kind="real")
def test_parallel_scan(db, put):
    for n in range(40):
        put(p=f"p{n}")
    parts = [db.scan(TableName="tab", Segment=n, TotalSegments=4)["Items"] for n in range(4)]
    assert sorted(item["p"]["S"] for part in parts for item in part) == sorted(
        f"p{n}" for n in range(40)
    )
    assert sum(bool(part) for part in parts) > 1
    with pytest.raises(ClientError, match="zero-based"):
        db.scan(TableName="tab", Segment=4, TotalSegments=4)


@pytest.mark.proves(
    "DynamoDB", "Key conditions: what they may hold, and values of the key's type", kind="real"
)
@pytest.mark.parametrize(
    ("expression", "value", "message"),
    [
        ("p = :p OR s = :v", S("1"), "Invalid operator used in KeyConditionExpression: OR"),
        ("p = :p AND s <> :v", S("1"), "Invalid operator used in KeyConditionExpression: <>"),
        ("p = :p AND s = :v", N(1), "Condition parameter type does not match schema type"),
        ("p = :p AND begins_with(s, :v)", N(1), "operand type: N"),
        ("p = :p AND contains(s, :v)", S("1"), "Invalid function name; function: contains"),
        ("s = :v", S("1"), "missed key schema element: p"),
    ],
)
def test_key_conditions(db, put, expression, value, message):
    put()
    values = {":v": value} | ({":p": S("a")} if ":p" in expression else {})
    with pytest.raises(ClientError) as refused:
        query(db, expression, values=values)
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    assert message in str(refused.value)


def test_a_start_key_must_be_one(db, put):
    put()
    with pytest.raises(ClientError, match="provided starting key is invalid"):
        query(db, ExclusiveStartKey={"p": S("a")})


def test_an_update_without_an_expression_makes_the_item(db):
    made = db.update_item(TableName="tab", Key=key("a", "1"), ReturnValues="ALL_NEW")
    assert made["Attributes"] == key("a", "1") == get(db)


def test_a_transaction_gets_what_it_asks_for(db, put):
    put(**ITEM)
    asked = {"TableName": "tab", "Key": key("a", "1"), "ProjectionExpression": "m.b.c, l[1]"}
    found = db.transact_get_items(
        TransactItems=[{"Get": asked}, {"Get": {**asked, "Key": key("b", "1")}}]
    )
    assert found["Responses"] == [
        {"Item": {"m": {"M": {"b": {"M": {"c": N("2.5")}}}}, "l": {"L": [S("two")]}}},
        {},
    ]


def statement(db, text, *parameters, **more):
    asked = {"Parameters": list(parameters)} if parameters else {}
    return db.execute_statement(Statement=text, **asked, **more)["Items"]


@pytest.mark.proves(
    "DynamoDB", "PartiQL: SELECT with conditions, paths, indexes and order", kind="real"
)
def test_partiql_select(db, put):
    put(s="1", n=N(5), g=S("G"), l={"L": [N(1), {"M": {"k": S("deep")}}]}, tags={"SS": ["x", "y"]})
    put(s="2", n=N(1))
    put(p="b", g=S("G"))
    assert statement(db, "SELECT s FROM \"tab\" WHERE p = 'a' ORDER BY s DESC") == [
        {"s": S("2")},
        {"s": S("1")},
    ]
    assert statement(db, "SELECT l[1].k, n FROM tab WHERE p = ? AND s = ?", S("a"), S("1")) == [
        {"k": S("deep"), "n": N(5)}
    ]
    assert len(statement(db, "SELECT * FROM tab.\"by-g\" WHERE g = 'G'")) == 2
    where = {
        "n > 1": 1,
        "n BETWEEN 1 AND 5": 2,
        "n IN [1, 2]": 1,
        "n IS MISSING": 1,
        "n IS NOT MISSING": 2,
        "begins_with(s, '1')": 2,
        "contains(tags, 'x')": 1,
        "NOT p = 'a' OR n = 1": 2,
        "size(l) = 2": 1,
    }
    for condition, count in where.items():
        assert len(statement(db, f"SELECT * FROM tab WHERE {condition}")) == count, condition


@pytest.mark.proves(
    "DynamoDB", "PartiQL: INSERT, UPDATE, DELETE of one item, with RETURNING", kind="real"
)
def test_partiql_writes(db):
    statement(
        db,
        "INSERT INTO tab VALUE {'p': 'a', 's': '1', 'n': 1, 'l': [1, 2], 'm': {'k': <<'u', 'v'>>}}",
    )
    with pytest.raises(db.exceptions.DuplicateItemException):
        statement(db, "INSERT INTO tab VALUE {'p': 'a', 's': '1'}")
    found = statement(
        db, "UPDATE tab SET n = n + 4, l = list_append(l, [3]) SET q = 'it''s' REMOVE m "
        "WHERE p = 'a' AND s = '1' AND n = 1 RETURNING ALL NEW *",
    )  # fmt: skip
    assert found == [{**key("a", "1"), "n": N(5), "l": {"L": [N(1), N(2), N(3)]}, "q": S("it's")}]
    assert get(db) == found[0]
    for text in (
        "UPDATE tab SET n = 0 WHERE p = 'a' AND s = '1' AND n = 1",
        "UPDATE tab SET n = 0 WHERE p = 'x' AND s = '1'",
    ):
        with pytest.raises(db.exceptions.ConditionalCheckFailedException):
            statement(db, text)
    with pytest.raises(ClientError, match="mandatory equality on all key attributes"):
        statement(db, "DELETE FROM tab WHERE p = 'a'")
    assert statement(db, "DELETE FROM tab WHERE p = 'a' AND s = '1' RETURNING ALL OLD *") == found
    assert get(db) is None


@pytest.mark.proves("DynamoDB", "PartiQL in batches and transactions", kind="real")
def test_partiql_batches_and_transactions(db, put):
    put(n=N(1))
    answers = db.batch_execute_statement(
        Statements=[
            {"Statement": "SELECT n FROM tab WHERE p = 'a' AND s = '1'"},
            {"Statement": "SELECT n FROM tab WHERE p = 'a'"},
            {"Statement": "INSERT INTO tab VALUE {'p': 'a', 's': '1'}"},
        ]
    )["Responses"]
    assert answers[0]["Item"] == {"n": N(1)}
    assert [one["Error"]["Code"] for one in answers[1:]] == ["ValidationError", "DuplicateItem"]
    both = [
        {"Statement": "INSERT INTO tab VALUE {'p': 'b', 's': '1'}"},
        {"Statement": "UPDATE tab SET n = 2 WHERE p = 'a' AND s = '1' AND n = 9"},
    ]
    with pytest.raises(db.exceptions.TransactionCanceledException) as refused:
        db.execute_transaction(TransactStatements=both)
    reasons = refused.value.response["CancellationReasons"]
    assert [reason["Code"] for reason in reasons] == ["None", "ConditionalCheckFailed"]
    assert get(db, "b") is None
    both[1]["Statement"] = both[1]["Statement"].replace("9", "1")
    db.execute_transaction(TransactStatements=both)
    assert (get(db, "b"), get(db)["n"]) == (key("b", "1"), N(2))


@pytest.mark.proves("DynamoDB", "PartiQL that the service does not have is refused", kind="real")
@pytest.mark.parametrize(
    "text",
    [
        "SELECT COUNT(*) FROM tab",
        "SELECT * FROM tab LIMIT 1",
        "SELECT * FROM tab WHERE",
        "DROP TABLE tab",
        "SELECT * FROM tab GROUP BY p",
        "INSERT INTO tab VALUE 5",
        "SELECT * FROM tab ORDER BY s",
    ],
)
def test_bad_partiql(db, text):
    with pytest.raises(ClientError, match="ValidationException"):
        statement(db, text)


def test_partiql_pages(db, put):
    for n in range(5):
        put(s=str(n))
    text, found, token = "SELECT s FROM tab WHERE p = 'a'", [], {}
    while True:
        page = db.execute_statement(Statement=text, Limit=2, **token)
        found.append([item["s"]["S"] for item in page["Items"]])
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert found == [["0", "1"], ["2", "3"], ["4"]]


@pytest.mark.proves("DynamoDB", "Streams: order and images, none for a refused write", kind="real")
def test_streams(db, put):
    put(n=N(1))
    update(db, "SET n = :n", {":n": N(2)})
    with pytest.raises(ClientError):
        update(db, "SET g = :g", {":g": N(2)})
    statement(db, "DELETE FROM tab WHERE p = 'a' AND s = '1'")
    streams = boto3.client("dynamodbstreams")
    arn = streams.list_streams(TableName="tab")["Streams"][0]["StreamArn"]
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    start = streams.get_shard_iterator(
        StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON"
    )
    records = streams.get_records(ShardIterator=start["ShardIterator"])["Records"]
    seen = [
        (
            record["eventName"],
            record["dynamodb"].get("OldImage", {}).get("n"),
            record["dynamodb"].get("NewImage", {}).get("n"),
        )
        for record in records
    ]
    assert seen == [("INSERT", None, N(1)), ("MODIFY", N(1), N(2)), ("REMOVE", N(2), None)]


@pytest.mark.proves("DynamoDB", "A page ends at 1 MB, before the filter", kind="real")
def test_a_page_ends_at_one_megabyte(db, put):
    for n in range(15):
        put(s=f"{n:02}", v=S("x" * 100_000))
    page = db.scan(TableName="tab", ReturnConsumedCapacity="TOTAL", ConsistentRead=True)
    assert page["Count"] == 10
    assert page["ConsumedCapacity"]["CapacityUnits"] == 245
    rest = db.scan(TableName="tab", ExclusiveStartKey=page["LastEvaluatedKey"])
    assert rest["Count"] == 5
    assert "LastEvaluatedKey" not in rest


@pytest.mark.proves("DynamoDB", "Export to S3 as DYNAMODB_JSON, with its manifests", kind="real")
def test_export_to_s3(db, put):
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="lake")
    put(n=N(5), tags={"SS": ["x"]})
    arn = db.describe_table(TableName="tab")["Table"]["TableArn"]
    asked = {
        "TableArn": arn,
        "S3Bucket": "lake",
        "S3Prefix": "out",
        "ExportFormat": "DYNAMODB_JSON",
    }
    with pytest.raises(ClientError, match="PointInTimeRecoveryUnavailableException"):
        db.export_table_to_point_in_time(**asked)
    db.update_continuous_backups(
        TableName="tab", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    export = db.export_table_to_point_in_time(**asked)["ExportDescription"]
    assert db.describe_export(ExportArn=export["ExportArn"])["ExportDescription"]["ItemCount"] == 1

    def read(key):
        return s3.get_object(Bucket="lake", Key=key)["Body"].read()

    keys = [
        item["Key"]
        for item in s3.list_objects_v2(Bucket="lake", Prefix="out/AWSDynamoDB/")["Contents"]
    ]
    [summary] = [json.loads(read(key)) for key in keys if key.endswith("manifest-summary.json")]
    file = json.loads(read(summary["manifestFilesS3Key"]))
    lines = gzip.decompress(read(file["dataFileS3Key"])).decode().splitlines()
    assert [json.loads(line) for line in lines] == [
        {"Item": {**key("a", "1"), "n": N(5), "tags": {"SS": ["x"]}}}
    ]


@pytest.mark.proves(
    "DynamoDB", "Global tables, incremental exports, restores to an earlier time", kind="not here"
)
def test_what_is_not_here_is_refused(db):
    with pytest.raises(LabLimit, match="global tables"):
        db.update_table(TableName="tab", ReplicaUpdates=[{"Create": {"RegionName": "eu-west-1"}}])
    with pytest.raises(LabLimit, match="earlier time"):
        db.restore_table_to_point_in_time(
            SourceTableName="tab", TargetTableName="old", RestoreDateTime="2026-03-01T00:00:00Z"
        )
    with pytest.raises(ClientError, match="PointInTimeRecoveryUnavailable"):
        db.restore_table_to_point_in_time(
            SourceTableName="tab", TargetTableName="old", UseLatestRestorableTime=True
        )


@pytest.mark.proves("DynamoDB", "Streams: no record for a write that changes nothing", kind="real")
def test_a_write_without_a_change_is_not_in_the_stream(aws):
    dynamodb, streams = boto3.client("dynamodb"), boto3.client("dynamodbstreams")
    made = dynamodb.create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    )["TableDescription"]
    for amount in ("1", "1", "2"):
        dynamodb.put_item(TableName="orders", Item={"id": {"S": "a"}, "n": {"N": amount}})
    dynamodb.execute_statement(Statement="UPDATE orders SET n = 2 WHERE id = 'a'")
    dynamodb.update_item(
        TableName="orders",
        Key={"id": {"S": "a"}},
        UpdateExpression="SET n = :n",
        ExpressionAttributeValues={":n": {"N": "2"}},
    )
    arn = made["LatestStreamArn"]
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    start = streams.get_shard_iterator(
        StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    records = streams.get_records(ShardIterator=start)["Records"]
    assert [record["eventName"] for record in records] == ["INSERT", "MODIFY"]
    with pytest.raises(ClientError, match="Invalid ShardIterator"):
        streams.get_records(ShardIterator="nonsense")
    dynamodb.update_table(TableName="orders", BillingMode="PAY_PER_REQUEST")
    found = dynamodb.describe_table(TableName="orders")["Table"]["ProvisionedThroughput"]
    assert (found["ReadCapacityUnits"], found["WriteCapacityUnits"]) == (0, 0)


@pytest.mark.parametrize(
    ("operation", "settings", "words"),
    [
        (
            "query",
            {
                "TableName": "orders",
                "KeyConditionExpression": "id = :a AND n > :b AND n < :c",
                "ExpressionAttributeValues": {
                    ":a": {"S": "a"},
                    ":b": {"N": "1"},
                    ":c": {"N": "9"},
                },
            },
            "one condition per key",
        ),
        (
            "update_item",
            {
                "TableName": "orders",
                "Key": {"id": {"S": "a"}, "n": {"N": "1"}},
                "UpdateExpression": "SET x = :y",
                "ExpressionAttributeValues": {":z": {"S": "a"}},
            },
            "not defined; attribute value: :y",
        ),
        (
            "execute_statement",
            {"Statement": "EXISTS(SELECT * FROM orders WHERE id = 'a' AND n = 1)"},
            "EXISTS",
        ),
        (
            "create_table",
            {
                "TableName": "new",
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                "AttributeDefinitions": [
                    {"AttributeName": name, "AttributeType": "S"} for name in ("id", "other")
                ],
                "BillingMode": "PAY_PER_REQUEST",
                "LocalSecondaryIndexes": [
                    {
                        "IndexName": "index",
                        "KeySchema": [
                            {"AttributeName": "id", "KeyType": "HASH"},
                            {"AttributeName": "other", "KeyType": "RANGE"},
                        ],
                        "Projection": {"ProjectionType": "ALL"},
                    }
                ],
            },
            "does not have a range key",
        ),
    ],
)
def test_more_requests_that_the_service_refuses(aws, operation, settings, words):
    dynamodb = boto3.client("dynamodb")
    dynamodb.create_table(
        TableName="orders",
        KeySchema=[
            {"AttributeName": "id", "KeyType": "HASH"},
            {"AttributeName": "n", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "id", "AttributeType": "S"},
            {"AttributeName": "n", "AttributeType": "N"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    with pytest.raises(ClientError, match=words):
        getattr(dynamodb, operation)(**settings)


@pytest.mark.proves("DynamoDB", "Import of CSV and ION files", kind="not here")
def test_an_import_of_csv_is_refused_by_name(aws):
    dynamodb = boto3.client("dynamodb")
    with pytest.raises(LabLimit, match="CSV"):
        dynamodb.import_table(
            S3BucketSource={"S3Bucket": "files"},
            InputFormat="CSV",
            TableCreationParameters={
                "TableName": "orders",
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                "BillingMode": "PAY_PER_REQUEST",
            },
        )
    assert dynamodb.list_tables()["TableNames"] == []
