"""How fast the local AWS is: python benchmarks/cloud.py

Prints the time to start in a new process and again in the same one, calls per second, and records
per second through a Lambda event source mapping. Figures of one machine; see docs/local-aws.md.
"""

import statistics
import subprocess
import sys
import time

START = (
    "import time; begun = time.perf_counter(); from dealab.cloud import start_aws; start_aws(); "
    "print(time.perf_counter() - begun)"
)


def first_start(times: int = 5) -> float:
    """Seconds from the import to a running lab in a new process; the median of ``times``."""
    command = [sys.executable, "-c", START]
    runs = [
        subprocess.run(command, capture_output=True, text=True, check=True) for _ in range(times)
    ]
    return statistics.median(float(run.stdout) for run in runs)


def rate(call, seconds: float = 1.0) -> float:
    """Calls of ``call`` per second."""
    call()
    count, begun = 0, time.perf_counter()
    while time.perf_counter() - begun < seconds:
        call()
        count += 1
    return count / (time.perf_counter() - begun)


def main() -> None:
    import boto3

    from dealab.cloud import start_aws, zip_handler

    print(f"first start, new process   {first_start() * 1000:8.0f} ms")
    start_aws()
    begun = time.perf_counter()
    aws = start_aws()
    print(f"start again                {(time.perf_counter() - begun) * 1000:8.1f} ms")

    s3, kinesis, sqs = boto3.client("s3"), boto3.client("kinesis"), boto3.client("sqs")
    dynamodb, lambda_ = boto3.client("dynamodb"), boto3.client("lambda")
    s3.create_bucket(Bucket="bench")
    kinesis.create_stream(StreamName="bench", ShardCount=4)
    url = sqs.create_queue(QueueName="bench")["QueueUrl"]
    dynamodb.create_table(
        TableName="bench",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    lambda_.create_function(
        FunctionName="bench",
        Runtime="python3.13",
        Role=aws.role,
        Handler="handler.handler",
        Code={"ZipFile": zip_handler("def handler(event, context): return 1")},
    )
    calls = {
        "s3.put_object": lambda: s3.put_object(Bucket="bench", Key="k", Body=b"x" * 1000),
        "kinesis.put_record": lambda: kinesis.put_record(
            StreamName="bench", Data=b"x", PartitionKey=str(time.perf_counter_ns())
        ),
        "sqs.send_message": lambda: sqs.send_message(QueueUrl=url, MessageBody="x"),
        "dynamodb.put_item": lambda: dynamodb.put_item(TableName="bench", Item={"id": {"S": "1"}}),
        "lambda.invoke, warm": lambda: lambda_.invoke(FunctionName="bench"),
    }
    for name, call in calls.items():
        print(f"{name:<26} {rate(call):8.0f} calls/s")

    kinesis.create_stream(StreamName="records", ShardCount=4)
    arn = kinesis.describe_stream(StreamName="records")["StreamDescription"]["StreamARN"]
    lambda_.create_event_source_mapping(
        EventSourceArn=arn, FunctionName="bench", StartingPosition="TRIM_HORIZON", BatchSize=100
    )
    for batch in range(20):
        kinesis.put_records(
            StreamName="records",
            Records=[{"Data": b"x", "PartitionKey": f"{batch}-{n}"} for n in range(500)],
        )
    begun = time.perf_counter()
    runs = aws.run_event_sources()
    seconds = time.perf_counter() - begun
    records = sum(len(run.event["Records"]) for run in runs)
    print(f"Kinesis to Lambda          {records / seconds:8.0f} records/s ({len(runs)} batches)")
    aws.stop()


if __name__ == "__main__":
    main()
