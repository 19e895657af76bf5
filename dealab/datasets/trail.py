"""API calls as CloudTrail records them: the daily work of people and jobs, and one intrusion.

The story (UTC): on 2026-06-09 Dana makes an access key for the user svc-reporting, and it leaks. In
the night of 06-11 a foreign address tries Dana's password in vain, then uses the key: looks who it
is, lists buckets, reads the files of customers, and tries to spread, which the policies refuse. In
the morning the key is switched off and deleted.
"""

import heapq
from collections.abc import Iterator

import numpy as np

from dealab.datasets.tables import WAREHOUSES
from dealab.datasets.universe import (
    DAY,
    MONTHS,
    START,
    WINDOW_FIRST_DAY,
    Story,
    Universe,
    date_text,
    iso,
    pick,
)

ACCOUNT = "111122223333"
REGION = "us-east-1"
CALLS_A_DAY = 64

# (user, share of calls): people work in the office's hours.
_PEOPLE = (("dana.whitlock", 0.35), ("olu.abara", 0.3), ("greta.dahl", 0.2), ("mateo.vega", 0.15))
_AGENTS = {
    "boto": "Boto3/1.44.0 md/Botocore#1.44.0 ua/2.1 os/linux lang/python#3.13",
    "person": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36",
    "cli": "aws-cli/2.27.50 md/awscrt#0.26.1 ua/2.1 os/linux#6.8 lang/python#3.13",
}
# role -> (calls, hours in which it works, address)
_ROLES = {
    "fernway-glue-etl": (
        ("glue:StartJobRun", "glue:GetPartitions", "s3:GetObject", "s3:PutObject", "kms:Decrypt"),
        (4, 5, 6),
        "glue.amazonaws.com",
    ),
    "fernway-ingest-lambda": (
        (
            "kinesis:DescribeStreamSummary",
            "s3:PutObject",
            "kms:GenerateDataKey",
            "sqs:GetQueueAttributes",
        ),
        tuple(range(24)),
        "lambda.amazonaws.com",
    ),
    "fernway-firehose": (
        ("s3:PutObject", "kms:GenerateDataKey"),
        tuple(range(24)),
        "firehose.amazonaws.com",
    ),
    "fernway-dashboards": (
        ("athena:StartQueryExecution", "athena:GetQueryResults", "glue:GetTable", "s3:GetObject"),
        tuple(range(12, 23)),
        "athena.amazonaws.com",
    ),
}
_PERSON_CALLS = (
    "s3:ListBuckets",
    "s3:GetBucketPolicy",
    "athena:StartQueryExecution",
    "athena:GetQueryExecution",
    "glue:GetTables",
    "glue:GetJobRuns",
    "iam:ListRoles",
    "logs:FilterLogEvents",
    "ec2:DescribeInstances",
    "cloudwatch:DescribeAlarms",
    "redshift:DescribeClusters",
    "sts:GetCallerIdentity",
)
_LANDING = ("fernway-ingest-lambda", "fernway-firehose")  # write to the raw bucket
_SOURCES = {"cloudwatch": "monitoring"}
_CHANGING = ("Attach", "Create", "Delete", "Put", "Run", "Start", "Stop", "Update")
_DATA_EVENTS = {"s3:GetObject", "s3:PutObject"}


class Trail:
    """The records of a universe, a day at a time."""

    def __init__(self, universe: Universe):
        self.universe, self.story = universe, universe.story
        letters = np.array(list("ABCDEFGHJKLMNPQRSTUVWXYZ234567"))
        rng = universe.stream("principals")
        self._ids = {
            name: "".join(letters[rng.integers(0, 30, 10)]) + "EXAMPLE"
            for name in (*(name for name, _ in _PEOPLE), *_ROLES, self.story.leaked_user)
        }

    def day(self, day: int) -> Iterator[dict]:
        """Yield the records of one day of the window by time."""
        low = int(START.astype(np.int64)) + (WINDOW_FIRST_DAY + day) * DAY
        sources = [self._people(day, low), self._story(day)]
        sources += [self._job(role, day, low) for role in _ROLES]
        for _, record in heapq.merge(*sources, key=lambda item: item[0]):
            yield record

    # ---- who

    def _user(self, name: str, key: str | None = None) -> dict:
        identity = {
            "type": "IAMUser",
            "principalId": f"AIDA{self._ids[name]}",
            "arn": f"arn:aws:iam::{ACCOUNT}:user/{name}",
            "accountId": ACCOUNT,
        }
        if key:
            identity["accessKeyId"] = key
        return {**identity, "userName": name}

    def _role(self, name: str, started: float, service: str | None = None) -> dict:
        session = "session" if service is None else service.split(".")[0]
        issuer = {
            "type": "Role",
            "principalId": f"AROA{self._ids[name]}",
            "arn": f"arn:aws:iam::{ACCOUNT}:role/{name}",
            "accountId": ACCOUNT,
            "userName": name,
        }
        identity = {
            "type": "AssumedRole",
            "principalId": f"AROA{self._ids[name]}:{session}",
            "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/{session}",
            "accountId": ACCOUNT,
            "accessKeyId": f"ASIA{self._ids[name][:9]}EXAMPLE",
            "sessionContext": {
                "sessionIssuer": issuer,
                "attributes": {"creationDate": iso(started), "mfaAuthenticated": "false"},
            },
        }
        if service:
            identity["invokedBy"] = service
        return identity

    # ---- what

    def _call(
        self, rng, when, identity, action, address, agent, request=None, error=None, **more
    ) -> tuple:
        service, name = action.split(":")
        data = action in _DATA_EVENTS
        record = {
            "eventVersion": "1.11",
            "userIdentity": identity,
            "eventTime": iso(when),
            "eventSource": f"{_SOURCES.get(service, service)}.amazonaws.com",
            "eventName": name,
            "awsRegion": REGION,
            "sourceIPAddress": address,
            "userAgent": agent,
        }
        if error:
            record["errorCode"], record["errorMessage"] = error
        record["requestParameters"] = request
        record["responseElements"] = None
        record["requestID"] = _hex(rng, 16).upper()
        record["eventID"] = _uuid(rng)
        record["readOnly"] = not name.startswith(_CHANGING)
        if data and request:
            arn = f"arn:aws:s3:::{request['bucketName']}"
            record["resources"] = [
                {"type": "AWS::S3::Object", "ARN": f"{arn}/{request['key']}"},
                {"accountId": ACCOUNT, "type": "AWS::S3::Bucket", "ARN": arn},
            ]
        record |= {
            "eventType": "AwsApiCall",
            "managementEvent": not data,
            "recipientAccountId": ACCOUNT,
            "eventCategory": "Data" if data else "Management",
        }
        if not address.endswith("amazonaws.com"):
            record["tlsDetails"] = {
                "tlsVersion": "TLSv1.3",
                "cipherSuite": "TLS_AES_128_GCM_SHA256",
                "clientProvidedHostHeader": f"{service}.{REGION}.amazonaws.com",
            }
        record |= more
        return when, record

    def _login(self, rng, when, name, address, success: bool) -> tuple:
        record = self._call(
            rng,
            when,
            self._user(name),
            "signin:ConsoleLogin",
            address,
            _AGENTS["person"],
            eventType="AwsConsoleSignIn",
        )[1]
        if not success:  # the sign-in service gives a message and no code
            record["errorMessage"] = "Failed authentication"
        record["responseElements"] = {"ConsoleLogin": "Success" if success else "Failure"}
        record["additionalEventData"] = {
            "LoginTo": "https://console.aws.amazon.com/console/home",
            "MobileVersion": "No",
            "MFAUsed": "Yes" if success else "No",
        }
        record["readOnly"] = False
        return when, record

    def _request(self, rng, action: str, day: int, landing: bool = False) -> dict | None:
        name = action.split(":")[1]
        if action in _DATA_EVENTS and landing:
            date = date_text(WINDOW_FIRST_DAY + day)
            key = (
                f"clickstream_raw/ingest_date={date}/{_hex(rng, 8)}.jsonl",
                f"sensors_raw/reading_date={date}/{_hex(rng, 8)}.csv",
                f"customers_cdc/cdc_date={date}/{_hex(rng, 8)}.jsonl",
            )[rng.integers(3)]
            return {"bucketName": "fernway-raw", "key": key}
        if action in _DATA_EVENTS:
            month = MONTHS[rng.integers(len(MONTHS))]
            key = (
                f"orders/order_month={month}/part-0.parquet",
                f"order_lines/order_month={month}/part-0.parquet",
                f"sensor_readings/warehouse={WAREHOUSES[rng.integers(3)]}/part-0.parquet",
                "products/part-0.parquet",
            )[rng.integers(4)]
            return {"bucketName": "fernway-lake", "key": key}
        if name == "StartQueryExecution":
            return {
                "workGroup": ("primary", "analysts")[rng.integers(2)],
                "queryString": "HIDDEN_DUE_TO_SECURITY_REASONS",
            }
        if name in ("StartJobRun", "GetJobRuns"):
            return {"jobName": ("orders-to-lake", "sessionize-clicks")[rng.integers(2)]}
        if name in ("GetPartitions", "GetTable", "GetTables"):
            return {"databaseName": "fernway"}
        return None

    def _people(self, day: int, low: int) -> Iterator[tuple]:
        """Yield what people do: sign in before nine, work until six (New York), few on weekends."""
        rng = self.universe.stream("cloudtrail people", day)
        weekend = day % 7 >= 5
        there = rng.random(len(_PEOPLE)) < (0.3 if weekend else 0.95)
        there[day % len(_PEOPLE)] = True
        names = [name for (name, _), here in zip(_PEOPLE, there, strict=True) if here]
        shares = [share for (_, share), here in zip(_PEOPLE, there, strict=True) if here]
        logins = np.sort(low + 12 * 3600 + rng.integers(1800, 3500, len(names))).tolist()
        for name, when in zip(names, logins, strict=True):
            yield self._login(rng, when, name, self.story.office_ip, True)
        count = self.universe.sized(CALLS_A_DAY * (0.06 if weekend else 0.3), 2)
        for when in np.sort(low + 13 * 3600 + rng.integers(0, 9 * 3600, count)).tolist():
            name = names[int(pick(rng.random(), shares))]
            action = _PERSON_CALLS[rng.integers(len(_PERSON_CALLS))]
            agent = _AGENTS["cli" if rng.random() < 0.5 else "person"]
            identity, request = self._user(name), self._request(rng, action, day)
            error = _denied(identity["arn"], action) if rng.random() < 0.02 else None
            yield self._call(
                rng, when, identity, action, self.story.office_ip, agent, request, error
            )

    def _job(self, role: str, day: int, low: int) -> Iterator[tuple]:
        """Yield what the jobs of one role do."""
        rng = self.universe.stream(f"cloudtrail {role}", day)
        actions, hours, service = _ROLES[role]
        count = self.universe.sized(CALLS_A_DAY * 0.19, 3)
        moments = np.array(hours)[rng.integers(0, len(hours), count)] * 3600
        for when in np.sort(low + moments + rng.integers(0, 3600, count)).tolist():
            action = actions[rng.integers(len(actions))]
            request = self._request(rng, action, day, landing=role in _LANDING)
            identity = self._role(role, when - 900, service)
            yield self._call(rng, when, identity, action, service, service, request)

    # ---- the intrusion

    def _story(self, day: int) -> Iterator[tuple]:
        story, rng = self.story, self.universe.stream("cloudtrail story", day)
        date = date_text(WINDOW_FIRST_DAY + day)
        if date == "2026-06-09":
            answer = {
                "userName": story.leaked_user,
                "accessKeyId": story.leaked_key,
                "status": "Active",
            }
            yield self._call(
                rng,
                _at("2026-06-09T19:24:10"),
                self._user("dana.whitlock"),
                "iam:CreateAccessKey",
                story.office_ip,
                _AGENTS["person"],
                {"userName": story.leaked_user},
                responseElements={"accessKey": answer},
            )
        if date == "2026-06-10":  # the key at its honest work
            identity = self._user(story.leaked_user, story.leaked_key)
            for number, action in enumerate(("StartQueryExecution", "GetQueryResults") * 2):
                yield self._call(
                    rng,
                    _at("2026-06-10T12:30:05") + 37 * number,
                    identity,
                    f"athena:{action}",
                    story.office_ip,
                    _AGENTS["boto"],
                    self._request(rng, f"athena:{action}", day),
                )
        if date == "2026-06-11":
            yield from self._intrusion(rng)
            when = _at("2026-06-11T12:02:37")
            for step, action in enumerate(("iam:UpdateAccessKey", "iam:DeleteAccessKey")):
                request = {"userName": story.leaked_user, "accessKeyId": story.leaked_key}
                if step == 0:
                    request["status"] = "Inactive"
                yield self._call(
                    rng,
                    when + 1800 * step,
                    self._user("olu.abara"),
                    action,
                    story.office_ip,
                    _AGENTS["cli"],
                    request,
                )

    def _intrusion(self, rng) -> Iterator[tuple]:
        story = self.story
        begin = Story.INTRUSION.astype(np.int64)
        when = begin
        for _ in range(14):
            yield self._login(rng, when, "dana.whitlock", story.attacker_ip, False)
            when += int(rng.integers(25, 70))
        identity = self._user(story.leaked_user, story.leaked_key)
        agent = "aws-cli/2.15.30 Python/3.11.8 Linux/6.1 exe/x86_64 prompt/off"

        def call(action, request=None, denied=False):
            error = _denied(identity["arn"], action) if denied else None
            return self._call(rng, when, identity, action, story.attacker_ip, agent, request, error)

        when = begin + 1500
        yield call("sts:GetCallerIdentity")
        when += 41
        yield call("s3:ListBuckets")
        for key in (
            "customers/part-0.parquet",
            "stores/part-0.parquet",
            "customers/part-0.parquet",
        ):
            when += int(rng.integers(20, 90))
            yield call("s3:GetObject", {"bucketName": "fernway-lake", "key": key})
        for month in MONTHS:
            when += int(rng.integers(8, 30))
            yield call(
                "s3:GetObject",
                {"bucketName": "fernway-lake", "key": f"orders/order_month={month}/part-0.parquet"},
            )
        when += 12
        yield call("s3:GetObject", {"bucketName": "fernway-raw", "key": "customers_raw/part-0.csv"})
        tries = (
            "iam:ListUsers",
            "iam:CreateUser",
            "iam:CreateAccessKey",
            "iam:AttachUserPolicy",
            "iam:ListRoles",
            "secretsmanager:ListSecrets",
            "ec2:DescribeInstances",
            "ec2:RunInstances",
            "kms:ListKeys",
            "cloudtrail:StopLogging",
            "cloudtrail:DeleteTrail",
            "s3:DeleteBucketPolicy",
            "lambda:ListFunctions",
            "redshift:DescribeClusters",
            "glue:GetDatabases",
            "dynamodb:ListTables",
        )
        when += 180
        for number in range(64):
            when += int(rng.integers(2, 9))
            action = tries[number % len(tries)]
            yield call(action, None, denied=True)


def _denied(arn: str, action: str) -> tuple[str, str]:
    code = "Client.UnauthorizedOperation" if action.startswith("ec2:") else "AccessDenied"
    return code, (
        f"User: {arn} is not authorized to perform: {action} because no identity-based policy "
        f"allows the {action} action"
    )


def _at(text: str) -> int:
    return int(np.datetime64(text, "s").astype(np.int64))


def _hex(rng: np.random.Generator, digits: int) -> str:
    return rng.bytes(digits // 2).hex()


def _uuid(rng: np.random.Generator) -> str:
    text = _hex(rng, 32)
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"
