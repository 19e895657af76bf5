"""Tries to leave the machine in many ways; run as a child process by test_cloud_guard.py.

    python escapes.py plain    moto alone
    python escapes.py dealab   start_aws() with its guard

A recorder stands in front of the network in both modes: it notes where a call would have gone and
stops it there, so that no packet leaves even where nothing else refuses. Prints a JSON object of
the name of each try and what became of it: "out: HOST", "refused", "answered" or "error: ...".
"""

import asyncio
import concurrent.futures
import ftplib
import http.client
import ipaddress
import json
import os
import smtplib
import socket
import sys
import threading
import urllib.request

MODE = sys.argv[1]
os.environ |= {"AWS_ACCESS_KEY_ID": "AKIAOWNKEY", "AWS_SECRET_ACCESS_KEY": "own"}
os.environ |= {"AWS_DEFAULT_REGION": "us-east-1", "AWS_MAX_ATTEMPTS": "1"}

import boto3  # noqa: E402
from botocore.config import Config  # noqa: E402

ONCE = {"retries": {"max_attempts": 0}}
OWN_KEYS = {
    "aws_access_key_id": "AKIAOTHER",
    "aws_secret_access_key": "x",
    "region_name": "us-east-1",
}
early_s3 = boto3.client("s3", region_name="us-east-1", config=Config(**ONCE))
early_session = boto3.Session(**OWN_KEYS)
early_kinesis = early_session.client("kinesis", config=Config(**ONCE))

if MODE == "dealab":
    from dealab.cloud import EscapeRefused, start_aws

    lab = start_aws()
else:
    from moto import mock_aws

    class EscapeRefused(Exception):
        pass

    lab = mock_aws()
    lab.start()

import requests  # noqa: E402

went_out = []


def is_address(host) -> bool:
    try:
        return bool(ipaddress.ip_address(host))
    except ValueError:
        return False


def record(host) -> None:
    host = host.decode() if isinstance(host, bytes) else host
    if host in (None, "", "localhost", "0.0.0.0"):
        return
    if not is_address(host) or not ipaddress.ip_address(host).is_loopback:
        went_out.append(host)
        raise OSError("recorded, not sent")


def recorder(event, args):
    if event in ("socket.getaddrinfo", "socket.gethostbyname"):
        if args[0] is None or not is_address(args[0]):  # an address is looked up nowhere
            record(args[0])
    elif event in ("socket.connect", "socket.sendto") and isinstance(args[1], tuple):
        record(args[1][0])


def stop_names(name):
    beneath = getattr(socket.socket, name)

    def method(self, *args):
        if args and isinstance(args[-1], tuple):
            record(args[-1][0])
        return beneath(self, *args)

    return method


sys.addaudithook(recorder)
if MODE == "plain":
    # A name given to connect() is looked up before the audit event: stop it earlier. With the
    # guard this must not stand in front, or it would do the guard's work.
    for _name in ("connect", "connect_ex", "sendto"):
        setattr(socket.socket, _name, stop_names(_name))


class Proxy(threading.Thread):
    """A proxy on loopback that notes the first line it is asked and hangs up."""

    def __init__(self):
        super().__init__(daemon=True)
        self.server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.server.getsockname()[1]}"
        self.start()

    def run(self):
        while True:
            connection, _ = self.server.accept()
            line = connection.recv(4096).decode("latin-1").partition("\r\n")[0]
            if line:
                went_out.append("proxy " + line)
            connection.close()


proxy = Proxy()


def client(service, region="us-east-1", session=boto3, url=None, **config):
    return session.client(
        service, region_name=region, endpoint_url=url, config=Config(**ONCE, **config)
    )


def presigned():
    s3 = client("s3")
    s3.create_bucket(Bucket="fernway-presigned")
    s3.put_object(Bucket="fernway-presigned", Key="a", Body=b"1")
    return s3.generate_presigned_url(
        "get_object", Params={"Bucket": "fernway-presigned", "Key": "a"}
    )


def metadata():
    from botocore.utils import InstanceMetadataFetcher

    environment = {key: value for key, value in os.environ.items() if "METADATA" not in key}
    fetcher = InstanceMetadataFetcher(timeout=1, num_attempts=1, env=environment)
    fetcher.retrieve_iam_role_credentials()


def container_credentials():
    from botocore.utils import ContainerMetadataFetcher

    ContainerMetadataFetcher().retrieve_uri("/v2/credentials/x")


def with_proxy(call):
    os.environ |= {"HTTPS_PROXY": proxy.url, "HTTP_PROXY": proxy.url, "NO_PROXY": "localhost"}
    try:
        return call()
    finally:
        for name in ("HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"):
            os.environ.pop(name)


def proxied_tunnel():
    host, port = proxy.url.removeprefix("http://").split(":")
    connection = http.client.HTTPSConnection(host, int(port), timeout=2)
    connection.set_tunnel("s3.amazonaws.com", 443)
    connection.request("GET", "/")


def in_thread():
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        pool.submit(early_s3.list_buckets).result()


async def by_asyncio():
    await asyncio.open_connection("sts.amazonaws.com", 443)


def udp():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.sendto(b"x", ("192.0.2.1", 53))


def raw(name):
    with socket.socket() as sock:
        getattr(sock, name)(("s3.amazonaws.com", 443))


def c_socket():
    import _socket

    sock = _socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        sock.connect(("192.0.2.1", 443))
    finally:
        sock.close()


late_s3, late_lambda = client("s3"), client("lambda")

TRIES = {
    "client from before the start": early_s3.list_buckets,
    "session with own keys from before the start": early_kinesis.list_streams,
    "client from before the start, in a thread": in_thread,
    "new session with own keys": lambda: client(
        "s3", session=boto3.Session(**OWN_KEYS)
    ).list_buckets(),
    "explicit endpoint": lambda: client("s3", url="https://storage.example.com").list_buckets(),
    "explicit endpoint, plain http": lambda: client(
        "sqs", url="http://192.0.2.10:9324"
    ).list_queues(),
    "explicit endpoint in amazonaws.com": lambda: client(
        "kinesis", url="https://kinesis.us-east-1.amazonaws.com"
    ).list_streams(),
    "dual-stack lambda": lambda: client("lambda", use_dualstack_endpoint=True).list_functions(),
    "dual-stack kinesis": lambda: client("kinesis", use_dualstack_endpoint=True).list_streams(),
    "dual-stack s3": lambda: client("s3", use_dualstack_endpoint=True).list_buckets(),
    "FIPS kinesis": lambda: client("kinesis", use_fips_endpoint=True).list_streams(),
    "FIPS s3": lambda: client("s3", use_fips_endpoint=True).list_buckets(),
    "FIPS and dual-stack glue": lambda: client(
        "glue", use_fips_endpoint=True, use_dualstack_endpoint=True
    ).get_databases(),
    "China": lambda: client("kinesis", "cn-north-1").list_streams(),
    "China, dual-stack": lambda: client(
        "lambda", "cn-north-1", use_dualstack_endpoint=True
    ).list_functions(),
    "s3 virtual-hosted": lambda: client("s3").get_object(Bucket="fernway-none", Key="k"),
    "s3 path-style": lambda: client("s3", s3={"addressing_style": "path"}).get_object(
        Bucket="fernway-none", Key="k"
    ),
    "s3 accelerate": lambda: client("s3", s3={"use_accelerate_endpoint": True}).get_object(
        Bucket="fernway-none", Key="k"
    ),
    "s3 virtual-hosted, from before the start": lambda: early_s3.get_object(
        Bucket="fernway-x", Key="k"
    ),
    "service that moto does not know": lambda: client("braket").search_devices(filters=[]),
    "presigned URL with urllib": lambda: urllib.request.urlopen(presigned(), timeout=2),
    "presigned URL with requests": lambda: requests.get(presigned(), timeout=2).raise_for_status(),
    "instance metadata": metadata,
    "container credentials": container_credentials,
    "requests elsewhere": lambda: requests.get("https://example.com/", timeout=2),
    "requests to an address": lambda: requests.get("http://192.0.2.7/", timeout=2),
    "urllib elsewhere": lambda: urllib.request.urlopen("https://example.com/", timeout=2),
    "http.client": lambda: http.client.HTTPSConnection("example.com", timeout=2).request(
        "GET", "/"
    ),
    "smtplib": lambda: smtplib.SMTP("mail.example.com", timeout=2),
    "ftplib": lambda: ftplib.FTP("ftp.example.com", timeout=2),
    "socket.create_connection": lambda: socket.create_connection(("192.0.2.1", 443), timeout=2),
    "socket.connect with a name": lambda: raw("connect"),
    "socket.connect_ex with a name": lambda: raw("connect_ex"),
    "_socket.connect": c_socket,
    "IPv6": lambda: socket.create_connection(("2001:db8::1", 443), timeout=2),
    "mapped IPv6": lambda: socket.create_connection(("::ffff:192.0.2.1", 443), timeout=2),
    "UDP": udp,
    "name look-up": lambda: socket.getaddrinfo("s3.amazonaws.com", 443),
    "old name look-up": lambda: socket.gethostbyname("s3.amazonaws.com"),
    "asyncio": lambda: asyncio.run(by_asyncio()),
    "boto3 through a proxy on loopback": lambda: with_proxy(
        lambda: client("s3", url="https://storage.example.com").list_buckets()
    ),
    "urllib through a proxy on loopback": lambda: with_proxy(
        lambda: urllib.request.urlopen("http://example.com/", timeout=2)
    ),
    "urllib, https through a proxy on loopback": lambda: with_proxy(
        lambda: urllib.request.urlopen("https://example.com/", timeout=2)
    ),
    "requests through a proxy on loopback": lambda: requests.get(
        "http://example.com/", proxies={"http": proxy.url}, timeout=2
    ),
    "requests, https through a proxy on loopback": lambda: requests.get(
        "https://example.com/", proxies={"https": proxy.url}, timeout=2
    ),
    "tunnel of http.client": proxied_tunnel,
    "client after stop": lambda: (lab.stop(), late_s3.list_buckets()),
    "virtual-hosted after stop": lambda: late_s3.get_object(Bucket="fernway-x", Key="k"),
    "new client with own keys after stop": lambda: client(
        "s3", session=boto3.Session(**OWN_KEYS)
    ).list_buckets(),
    "lambda client after stop": late_lambda.list_functions,
    "urllib after stop": lambda: urllib.request.urlopen("https://example.com/", timeout=2),
}

outcomes = {}
for name, attempt in TRIES.items():
    went_out.clear()
    try:
        attempt()
        outcome = "answered"
    except EscapeRefused as refusal:
        outcome = "refused" if "never calls the real AWS" in str(refusal) else f"unclear: {refusal}"
    except Exception as error:
        # An answer such as NoSuchBucket is one of moto's; "not here" is one of the lab's.
        known = hasattr(error, "response") and "Error" in (error.response or {})
        known = known or type(error).__name__ == "LabLimit"  # the lab says that it has it not
        known = known or type(error).__name__ == "LabLimit"
        outcome = "answered" if known else f"error: {type(error).__name__}: {error}"
    outcomes[name] = f"out: {went_out[0]}" if went_out else outcome
print(json.dumps(outcomes))
