"""How fast the local AWS is: python benchmarks/cloud.py

Prints the time to start in a new process and again in the same one, calls per second beside those
to moto's own server on loopback (in the same run, with their ratio), and records per second through
a Lambda event source mapping. Figures of one machine; see docs/local-aws.md.
"""

import importlib.util
import socket
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


class Server:
    """moto's own server in a process of its own, as it is used without this lab."""

    def __enter__(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
        self.process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        self.url = f"http://127.0.0.1:{port}"
        return self

    def __exit__(self, *error):
        self.process.terminate()
        self.process.wait(10)

    def client(self, service):
        import boto3

        return boto3.client(service, endpoint_url=self.url)


def prepare(client) -> dict:
    """Make what the calls need with ``client(service)``; return name -> call."""
    s3, kinesis, sqs, dynamodb = map(client, ("s3", "kinesis", "sqs", "dynamodb"))
    s3.create_bucket(Bucket="bench")
    kinesis.create_stream(StreamName="bench", ShardCount=4)
    url = sqs.create_queue(QueueName="bench")["QueueUrl"]
    dynamodb.create_table(
        TableName="bench",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return {
        "s3.put_object": lambda: s3.put_object(Bucket="bench", Key="k", Body=b"x" * 1000),
        "s3.get_object": lambda: s3.get_object(Bucket="bench", Key="k")["Body"].read(),
        "kinesis.put_record": lambda: kinesis.put_record(
            StreamName="bench", Data=b"x", PartitionKey=str(time.perf_counter_ns())
        ),
        "sqs.send_message": lambda: sqs.send_message(QueueUrl=url, MessageBody="x"),
        "dynamodb.put_item": lambda: dynamodb.put_item(TableName="bench", Item={"id": {"S": "1"}}),
    }


def rate(call, seconds: float = 1.0) -> float:
    """Calls of ``call`` per second."""
    call()
    count, begun = 0, time.perf_counter()
    while time.perf_counter() - begun < seconds:
        call()
        count += 1
    return count / (time.perf_counter() - begun)


def compare(mine: dict, theirs: dict) -> None:
    """Print calls per second of each, and how many times as many they are here."""
    print(f"{'calls/s':<26} {'here':>8} {'moto server':>12} {'ratio':>6}")
    for name, call in mine.items():
        here, there = rate(call), rate(theirs[name])
        print(f"{name:<26} {here:8.0f} {there:12.0f} {here / there:6.1f}")


def main() -> None:
    import boto3

    from dealab.cloud import start_aws, zip_handler

    print(f"first start, new process   {first_start() * 1000:8.0f} ms")
    start_aws()
    begun = time.perf_counter()
    start_aws()
    print(f"start again                {(time.perf_counter() - begun) * 1000:8.1f} ms")

    mine = prepare(boto3.client)
    if importlib.util.find_spec("flask"):
        with Server() as server:
            compare(mine, prepare(server.client))
    else:
        print("moto's own server needs flask and flask-cors, which are not installed: not compared")
        for name, call in mine.items():
            print(f"{name:<26} {rate(call):8.0f} calls/s")
    standing = start_aws(at="2026-03-02T09:00")
    moved = rate(prepare(boto3.client)["sqs.send_message"])
    print(f"{'sqs.send_message, at=':<26} {moved:8.0f}")
    standing.stop()
    aws = start_aws()
    kinesis, lambda_ = boto3.client("kinesis"), boto3.client("lambda")
    lambda_.create_function(
        FunctionName="bench",
        Runtime="python3.13",
        Role=aws.role,
        Handler="handler.handler",
        Code={"ZipFile": zip_handler("def handler(event, context): return 1")},
    )
    warm = rate(lambda: lambda_.invoke(FunctionName="bench"))
    print(f"{'lambda.invoke, warm':<26} {warm:8.0f}")

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
