"""Daily cost of the account, with the column names of the Cost and Usage Report 2.0.

Two surprises are in it. From 2026-04-20 to 04-28 a route table lacked its S3 gateway endpoint, so
that the data lake's traffic went through the NAT gateway. And from 2026-05-18 a provisioned
Redshift cluster made for a trial runs on, forgotten, without a tag.
"""

from dataclasses import dataclass

import numpy as np

from dealab.datasets.trail import ACCOUNT, REGION
from dealab.datasets.universe import DAY, DAYS, MONTHS, START, Universe, iso

NAT_DAYS = range(109, 118)  # 2026-04-20 to 04-28
REDSHIFT_FROM = 137  # 2026-05-18


@dataclass(frozen=True)
class Item:
    code: str
    usage_type: str
    operation: str
    resource: str
    rate: str  # USD for one unit, us-east-1
    unit: str
    amount: float  # of one day in January
    growth: float = 0.0  # share by which the amount has grown at the end of June
    noise: float = 0.06
    tags: tuple[tuple[str, str], ...] = ()
    weekend: float = 1.0
    by_scale: bool = True


_SHOP = (("team", "shop"), ("env", "prod"))
_DATA = (("team", "data"), ("env", "prod"))
_BI = (("team", "bi"), ("env", "prod"))

# On-demand list prices of us-east-1. They make the bill believable; lessons take prices from
# content/facts, never from here.
# An amount of stored data is in GB-months: a thirtieth of what lies there is added each day.
ITEMS = (
    Item(
        "AmazonS3",
        "TimedStorage-ByteHrs",
        "StandardStorage",
        "fernway-raw",
        rate="0.023",
        unit="GB-Mo",
        amount=13.0,
        growth=0.5,
        noise=0.004,
        tags=_DATA,
    ),
    Item(
        "AmazonS3",
        "TimedStorage-ByteHrs",
        "StandardStorage",
        "fernway-lake",
        rate="0.023",
        unit="GB-Mo",
        amount=21.0,
        growth=0.4,
        noise=0.004,
        tags=_DATA,
    ),
    Item(
        "AmazonS3",
        "Requests-Tier1",
        "PutObject",
        "fernway-raw",
        rate="0.000005",
        unit="Requests",
        amount=210_000,
        growth=0.4,
        noise=0.08,
        tags=_DATA,
    ),
    Item(
        "AmazonAthena",
        "USE1-DataScannedInTB",
        "RunQuery",
        "workgroup/analysts",
        rate="5",
        unit="Terabytes",
        amount=0.62,
        growth=0.5,
        noise=0.2,
        tags=_BI,
        weekend=0.2,
    ),
    Item(
        "AWSGlue",
        "USE1-ETL-DPU-Hour",
        "Jobrun",
        "job/orders-to-lake",
        rate="0.44",
        unit="DPU-Hour",
        amount=9.0,
        growth=0.2,
        noise=0.1,
        tags=_DATA,
    ),
    Item(
        "AWSGlue",
        "USE1-ETL-DPU-Hour",
        "Jobrun",
        "job/sessionize-clicks",
        rate="0.44",
        unit="DPU-Hour",
        amount=16.0,
        growth=0.5,
        noise=0.1,
        tags=_DATA,
    ),
    Item(
        "AmazonKinesis",
        "USE1-shardHourStorage",
        "shardHourStorage",
        "stream/clicks",
        rate="0.015",
        unit="ShardHour",
        amount=96,
        growth=0.0,
        noise=0.0,
        tags=_DATA,
        weekend=1.0,
        by_scale=False,
    ),
    Item(
        "AWSLambda",
        "USE1-Lambda-GB-Second",
        "Invoke",
        "function:ingest",
        rate="0.0000166667",
        unit="Lambda-GB-Second",
        amount=190_000,
        growth=0.4,
        noise=0.08,
        tags=_DATA,
    ),
    Item(
        "AmazonEC2",
        "BoxUsage:t3.medium",
        "RunInstances",
        "i-0a1b2c3d4e5f60101",
        rate="0.0416",
        unit="Hrs",
        amount=24,
        growth=0.0,
        noise=0.0,
        tags=_SHOP,
        weekend=1.0,
        by_scale=False,
    ),
    Item(
        "AmazonEC2",
        "BoxUsage:t3.medium",
        "RunInstances",
        "i-0a1b2c3d4e5f60102",
        rate="0.0416",
        unit="Hrs",
        amount=24,
        growth=0.0,
        noise=0.0,
        tags=_SHOP,
        weekend=1.0,
        by_scale=False,
    ),
    Item(
        "AmazonEC2",
        "NatGateway-Hours",
        "NatGateway",
        "natgateway/nat-0a1b2c3d4e5f60031",
        rate="0.045",
        unit="Hrs",
        amount=24,
        growth=0.0,
        noise=0.0,
        tags=_SHOP,
        weekend=1.0,
        by_scale=False,
    ),
    Item(
        "AmazonEC2",
        "NatGateway-Bytes",
        "NatGateway",
        "natgateway/nat-0a1b2c3d4e5f60031",
        rate="0.045",
        unit="GB",
        amount=22,
        growth=0.3,
        noise=0.15,
        tags=_SHOP,
    ),
    Item(
        "AWSELB",
        "LoadBalancerUsage",
        "LoadBalancing:Application",
        "loadbalancer/app/fernway-shop",
        rate="0.0225",
        unit="Hrs",
        amount=24,
        growth=0.0,
        noise=0.0,
        tags=_SHOP,
        weekend=1.0,
        by_scale=False,
    ),
    Item(
        "AmazonDynamoDB",
        "WriteRequestUnits",
        "PayPerRequestThroughput",
        "table/carts",
        rate="0.000000625",
        unit="WriteRequestUnits",
        amount=2_400_000,
        growth=0.5,
        noise=0.1,
        tags=_SHOP,
    ),
    Item(
        "AmazonCloudWatch",
        "DataProcessing-Bytes",
        "PutLogEvents",
        "log-group:/fernway/shop",
        rate="0.5",
        unit="GB",
        amount=3.1,
        growth=0.4,
        noise=0.1,
        tags=_SHOP,
    ),
)
REDSHIFT = Item(
    "AmazonRedshift",
    "Node:ra3.xlplus",
    "RunComputeNode:0001",
    "cluster:poc-analytics",
    rate="1.086",
    unit="Node-Hour",
    amount=48,
    growth=0.0,
    noise=0.0,
    tags=(),
    weekend=1.0,
    by_scale=False,
)


def month_columns(universe: Universe, month: str) -> dict:
    """Return one month's rows of cost_and_usage as columns."""
    first = (np.datetime64(f"{month}-01") - START.astype("datetime64[D]")).astype(int)
    following = MONTHS[MONTHS.index(month) + 1] if month != MONTHS[-1] else "2026-07"
    last = (np.datetime64(f"{following}-01") - START.astype("datetime64[D]")).astype(int)
    rows: list[tuple] = []
    for day in range(first, min(last, DAYS)):
        rng = universe.stream("cost", day)
        for number, item in enumerate((*ITEMS, REDSHIFT)):
            u = float(rng.random())
            if item is REDSHIFT and day < REDSHIFT_FROM:
                continue
            amount = item.amount * (1 + item.growth * day / DAYS) * (1 + item.noise * (2 * u - 1))
            if day % 7 in (2, 3):  # 2026-01-03 is a Saturday
                amount *= item.weekend
            if item.by_scale:
                amount *= universe.scale
            if item.usage_type == "NatGateway-Bytes" and day in NAT_DAYS:
                amount *= 46
            amount = round(amount, 6)
            rows.append((day, number, item, amount, round(amount * float(item.rate), 10)))
    start = START.astype(np.int64)
    begin = [int(start) + day * DAY for day, *_ in rows]

    def each(value):
        return [value(item) for _, _, item, *_ in rows]

    month_start = START + np.timedelta64(int(first) * DAY, "s")
    month_end = START + np.timedelta64(int(last) * DAY, "s")
    return {
        "identity_line_item_id": [
            f"li{day:03d}{number:02d}{universe.seed % 10**6:06d}" for day, number, *_ in rows
        ],
        "identity_time_interval": [f"{iso(at)}/{iso(at + DAY)}" for at in begin],
        "bill_billing_period_start_date": np.full(len(rows), month_start.astype("datetime64[us]")),
        "bill_billing_period_end_date": np.full(len(rows), month_end.astype("datetime64[us]")),
        "bill_payer_account_id": [ACCOUNT] * len(rows),
        "line_item_usage_account_id": [ACCOUNT] * len(rows),
        "line_item_line_item_type": ["Usage"] * len(rows),
        "line_item_usage_start_date": np.array(begin, dtype="datetime64[s]").astype(
            "datetime64[us]"
        ),
        "line_item_usage_end_date": np.array(begin, dtype="datetime64[s]").astype("datetime64[us]")
        + np.timedelta64(DAY, "s"),
        "line_item_product_code": each(lambda item: item.code),
        "line_item_usage_type": each(lambda item: item.usage_type),
        "line_item_operation": each(lambda item: item.operation),
        "line_item_resource_id": each(_resource),
        "line_item_usage_amount": [amount for *_, amount, _ in rows],
        "line_item_currency_code": ["USD"] * len(rows),
        "line_item_unblended_rate": each(lambda item: item.rate),
        "line_item_unblended_cost": [cost for *_, cost in rows],
        "line_item_line_item_description": each(
            lambda item: f"${item.rate} per {item.unit} in US East (N. Virginia)"
        ),
        "product_region_code": [REGION] * len(rows),
        "product_servicecode": each(lambda item: item.code),
        "pricing_unit": each(lambda item: item.unit),
        "pricing_term": ["OnDemand"] * len(rows),
        "resource_tags": each(lambda item: item.tags),
    }


def _resource(item: Item) -> str:
    if item.code == "AmazonS3" or item.resource.startswith("i-"):
        return item.resource
    service = {
        "AmazonAthena": "athena",
        "AWSGlue": "glue",
        "AmazonKinesis": "kinesis",
        "AWSLambda": "lambda",
        "AmazonEC2": "ec2",
        "AWSELB": "elasticloadbalancing",
        "AmazonDynamoDB": "dynamodb",
        "AmazonCloudWatch": "logs",
        "AmazonRedshift": "redshift",
    }[item.code]
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{item.resource}"
