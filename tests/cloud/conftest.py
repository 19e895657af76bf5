import boto3
import pytest

from dealab.cloud import start_aws, zip_handler


@pytest.fixture
def aws():
    lab = start_aws()
    yield lab
    lab.stop()


@pytest.fixture
def make_function(aws):
    """Return a function that creates a Lambda function from source and returns its ARN."""

    def make(name, source, handler="handler.handler", **settings):
        settings.setdefault("Runtime", "python3.13")
        made = boto3.client("lambda").create_function(
            FunctionName=name,
            Role=aws.role,
            Handler=handler,
            Code={"ZipFile": zip_handler(source)},
            **settings,
        )
        return made["FunctionArn"]

    return make


@pytest.fixture
def make_queue(aws):
    """Return a function that creates an SQS queue and returns (url, arn)."""

    def make(name, **attributes):
        sqs = boto3.client("sqs")
        url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        asked = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        return url, asked["Attributes"]["QueueArn"]

    return make


@pytest.fixture
def bodies(aws):
    """Return a function that takes all messages out of a queue and returns their bodies."""

    def receive(url):
        sqs, found = boto3.client("sqs"), []
        while got := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in got:
                found.append(message["Body"])
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return found

    return receive
