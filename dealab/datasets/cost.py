"""Daily cost of the account, with the column names of the Cost and Usage Report 2.0.

Two surprises are in it. A route table lost its S3 gateway endpoint from 2026-04-20 to 04-28, so that the
data lake's traffic went through the NAT gateway. And from 2026-05-18 a provisioned Redshift cluster made
for a trial runs on, forgotten, without a tag.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

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

# On-demand list prices of us-east-1, as far as the service pages state them (2026-11-23). They make the
# bill believable; lessons take prices from content/facts, never from here.
# An amount of stored data is in GB-months: a thirtieth of what lies there is added each day.
ITEMS = (
    Item("AmazonS3", "TimedStorage-ByteHrs", "StandardStorage", "fernway-raw", "0.023", "GB-Mo", 13.0, 0.5, 0.004, _DATA),
    Item("AmazonS3", "TimedStorage-ByteHrs", "StandardStorage", "fernway-lake", "0.023", "GB-Mo", 21.0, 0.4, 0.004, _DATA),
    Item("AmazonS3", "Requests-Tier1", "PutObject", "fernway-raw", "0.000005", "Requests", 210_000, 0.4, 0.08, _DATA),
    Item("AmazonAthena", "USE1-DataScannedInTB", "RunQuery", "workgroup/analysts", "5", "Terabytes", 0.62, 0.5, 0.2, _BI, 0.2),
    Item("AWSGlue", "USE1-ETL-DPU-Hour", "Jobrun", "job/orders-to-lake", "0.44", "DPU-Hour", 9.0, 0.2, 0.1, _DATA),
    Item("AWSGlue", "USE1-ETL-DPU-Hour", "Jobrun", "job/sessionize-clicks", "0.44", "DPU-Hour", 16.0, 0.5, 0.1, _DATA),
    Item("AmazonKinesis", "USE1-shardHourStorage", "shardHourStorage", "stream/clicks", "0.015", "ShardHour", 96, 0.0, 0.0, _DATA, 1.0, False),
    Item("AWSLambda", "USE1-Lambda-GB-Second", "Invoke", "function:ingest", "0.0000166667", "Lambda-GB-Second", 190_000, 0.4, 0.08, _DATA),
    Item("AmazonEC2", "BoxUsage:t3.medium", "RunInstances", "i-0a1b2c3d4e5f60101", "0.0416", "Hrs", 24, 0.0, 0.0, _SHOP, 1.0, False),
    Item("AmazonEC2", "BoxUsage:t3.medium", "RunInstances", "i-0a1b2c3d4e5f60102", "0.0416", "Hrs", 24, 0.0, 0.0, _SHOP, 1.0, False),
    Item("AmazonEC2", "NatGateway-Hours", "NatGateway", "natgateway/nat-0a1b2c3d4e5f60031", "0.045", "Hrs", 24, 0.0, 0.0, _SHOP, 1.0, False),
    Item("AmazonEC2", "NatGateway-Bytes", "NatGateway", "natgateway/nat-0a1b2c3d4e5f60031", "0.045", "GB", 22, 0.3, 0.15, _SHOP),
    Item("AWSELB", "LoadBalancerUsage", "LoadBalancing:Application", "loadbalancer/app/fernway-shop", "0.0225", "Hrs", 24, 0.0, 0.0, _SHOP, 1.0, False),
    Item("AmazonDynamoDB", "WriteRequestUnits", "PayPerRequestThroughput", "table/carts", "0.000000625", "WriteRequestUnits", 2_400_000, 0.5, 0.1, _SHOP),
    Item("AmazonCloudWatch", "DataProcessing-Bytes", "PutLogEvents", "log-group:/fernway/shop", "0.5", "GB", 3.1, 0.4, 0.1, _SHOP),
)  # fmt: skip
REDSHIFT = Item(
    "AmazonRedshift", "Node:ra3.xlplus", "RunComputeNode:0001", "cluster:poc-analytics", "1.086", "Node-Hour", 48,
    0.0, 0.0, (), 1.0, False,
)  # fmt: skip


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

    month_start = START + first * DAY
    month_end = START + last * DAY
    return {
        "identity_line_item_id": [f"li{day:03d}{number:02d}{universe.seed % 10**6:06d}" for day, number, *_ in rows],
        "identity_time_interval": [f"{iso(at)}/{iso(at + DAY)}" for at in begin],
        "bill_billing_period_start_date": np.full(len(rows), month_start.astype("datetime64[us]")),
        "bill_billing_period_end_date": np.full(len(rows), month_end.astype("datetime64[us]")),
        "bill_payer_account_id": [ACCOUNT] * len(rows),
        "line_item_usage_account_id": [ACCOUNT] * len(rows),
        "line_item_line_item_type": ["Usage"] * len(rows),
        "line_item_usage_start_date": np.array(begin, dtype="datetime64[s]").astype("datetime64[us]"),
        "line_item_usage_end_date": np.array(begin, dtype="datetime64[s]").astype("datetime64[us]") + np.timedelta64(DAY, "s"),
        "line_item_product_code": each(lambda item: item.code),
        "line_item_usage_type": each(lambda item: item.usage_type),
        "line_item_operation": each(lambda item: item.operation),
        "line_item_resource_id": each(_resource),
        "line_item_usage_amount": [amount for *_, amount, _ in rows],
        "line_item_currency_code": ["USD"] * len(rows),
        "line_item_unblended_rate": each(lambda item: item.rate),
        "line_item_unblended_cost": [cost for *_, cost in rows],
        "line_item_line_item_description": each(lambda item: f"${item.rate} per {item.unit} in US East (N. Virginia)"),
        "product_region_code": [REGION] * len(rows),
        "product_servicecode": each(lambda item: item.code),
        "pricing_unit": each(lambda item: item.unit),
        "pricing_term": ["OnDemand"] * len(rows),
        "resource_tags": pa.array(each(lambda item: list(item.tags)), type=pa.map_(pa.string(), pa.string())),
    }  # fmt: skip


def _resource(item: Item) -> str:
    if item.code == "AmazonS3" or item.resource.startswith("i-"):
        return item.resource
    service = {
        "AmazonAthena": "athena", "AWSGlue": "glue", "AmazonKinesis": "kinesis", "AWSLambda": "lambda",
        "AmazonEC2": "ec2", "AWSELB": "elasticloadbalancing", "AmazonDynamoDB": "dynamodb",
        "AmazonCloudWatch": "logs", "AmazonRedshift": "redshift",
    }[item.code]  # fmt: skip
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{item.resource}"
