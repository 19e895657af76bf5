"""Uses many services and prints all answers as JSON; run twice by test_cloud_time.py."""

import json
import sys

import boto3
import requests

from dealab.cloud import start_aws, zip_handler

aws = start_aws(at="2026-03-02T09:00")
answers = []


def call(service, operation, **parameters):
    answer = getattr(boto3.client(service), operation)(**parameters)
    if hasattr(answer.get("Body"), "read"):
        answer["Body"] = answer["Body"].read().decode("latin-1")
    if hasattr(answer.get("Payload"), "read"):
        answer["Payload"] = answer["Payload"].read().decode()
    answers.append([service, operation, answer])
    return answer


call("s3", "create_bucket", Bucket="fernway-x")
call("s3", "put_bucket_versioning", Bucket="fernway-x",
     VersioningConfiguration={"Status": "Enabled"})  # fmt: skip
call("s3", "put_object", Bucket="fernway-x", Key="a", Body=b"1")
call("s3", "list_object_versions", Bucket="fernway-x")
call("s3", "get_object", Bucket="fernway-x", Key="a")
url = boto3.client("s3").generate_presigned_url(
    "get_object", Params={"Bucket": "fernway-x", "Key": "a"}
)
answers.append([url, requests.get(url).text])
queue = call("sqs", "create_queue", QueueName="q")["QueueUrl"]
topic = call("sns", "create_topic", Name="t")["TopicArn"]
arn = "arn:aws:sqs:us-east-1:111122223333:q"
call("sns", "subscribe", TopicArn=topic, Protocol="sqs", Endpoint=arn)
call("sns", "publish", TopicArn=topic, Message="hello")
call("sqs", "receive_message", QueueUrl=queue, AttributeNames=["All"])
call("kinesis", "create_stream", StreamName="s", ShardCount=2)
call("kinesis", "put_record", StreamName="s", Data=b"1", PartitionKey="1")
call("kinesis", "describe_stream", StreamName="s")
call("dynamodb", "create_table", TableName="t", BillingMode="PAY_PER_REQUEST",
     KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
     AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}])  # fmt: skip
call("dynamodb", "put_item", TableName="t", Item={"id": {"S": "1"}})
call("dynamodb", "scan", TableName="t")
call("iam", "create_user", UserName="u")
call("iam", "create_access_key", UserName="u")
call("sts", "assume_role", RoleArn=aws.role, RoleSessionName="nightly")
call("kms", "create_key")
call("secretsmanager", "create_secret", Name="s", SecretString="x")
call("ssm", "put_parameter", Name="p", Value="1", Type="String")
call("glue", "create_database", DatabaseInput={"Name": "shop2"})
call("glue", "get_database", Name="shop2")
call("logs", "create_log_group", logGroupName="g")
call("logs", "describe_log_groups")
call("events", "put_rule", Name="r", ScheduleExpression="rate(1 hour)")
call("events", "put_targets", Rule="r", Targets=[{"Id": "1", "Arn": arn}])
SOURCE = """
import datetime

def handler(event, context):
    return [str(datetime.datetime.now()), context.aws_request_id]
"""
call("lambda", "create_function", FunctionName="f", Runtime="python3.13", Role=aws.role,
     Handler="handler.handler", Code={"ZipFile": zip_handler(SOURCE)})  # fmt: skip
call("lambda", "invoke", FunctionName="f")
states = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
machine = call("stepfunctions", "create_state_machine", name="m", roleArn=aws.role,
               definition=json.dumps(states))  # fmt: skip
run = call("stepfunctions", "start_execution", stateMachineArn=machine["stateMachineArn"])
aws.clock.move(hours=1, minutes=1)
call("stepfunctions", "describe_execution", executionArn=run["executionArn"])
call("sqs", "receive_message", QueueUrl=queue, AttributeNames=["All"])
call("cloudtrail", "lookup_events", MaxResults=50)
json.dump(answers, sys.stdout, default=str, indent=0, sort_keys=True)
