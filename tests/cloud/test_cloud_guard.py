import http.server
import json
import socket
import threading
import urllib.request
from pathlib import Path

import boto3
import pytest
from cloud_unguarded import run_unguarded

from dealab.cloud import EscapeRefused
from dealab.guard import network

SCRIPT = Path(__file__).with_name("escapes.py")
# Answered by moto itself, with or without the guard. Everything else must go out without it.
ANSWERED = {
    "new session with own keys",
    "explicit endpoint in amazonaws.com",
    "dual-stack s3",
    "FIPS kinesis",
    "FIPS s3",
    "China",
    "s3 virtual-hosted",
    "s3 path-style",
    "s3 accelerate",
    "service that moto does not know",
    "presigned URL with requests",
}
FETCHED = {"presigned URL with urllib"}  # answered by the lab: dealab/guard/fetching.py


def outcomes(mode: str) -> dict[str, str]:
    done = run_unguarded(str(SCRIPT), mode)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def tried():
    return {mode: outcomes(mode) for mode in ("plain", "dealab")}


def test_every_escape_would_go_out_without_the_guard(tried):
    plain = tried["plain"]
    assert {name for name, what in plain.items() if not what.startswith("out: ")} == ANSWERED
    assert plain["client from before the start"] == "out: s3.amazonaws.com"
    assert plain["dual-stack lambda"] == "out: lambda.us-east-1.api.aws"
    assert plain["instance metadata"] == "out: 169.254.169.254"
    assert plain["tunnel of http.client"].startswith("out: proxy CONNECT s3.amazonaws.com:443")


def test_every_escape_is_refused(tried):
    plain, guarded = tried["plain"], tried["dealab"]
    answered = ANSWERED | FETCHED
    expected = {name: "answered" if name in answered else "refused" for name in plain}
    assert guarded == expected


@pytest.fixture
def server():
    """A web server on loopback: what Jupyter is to the guard."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<ListAllMyBucketsResult/>")

        def log_message(self, *args):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running.server_address[1]
        running.shutdown()


def test_loopback_stays_open(server):
    for host in ("127.0.0.1", "localhost"):
        with urllib.request.urlopen(f"http://{host}:{server}/", timeout=5) as answer:
            assert answer.status == 200
    with socket.create_connection(("127.0.0.1", server), timeout=5) as sock:
        assert sock.getpeername()[1] == server
    network.guard_botocore()
    s3 = boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{server}",
        region_name="us-east-1",
        aws_access_key_id="x",
        aws_secret_access_key="y",
    )
    s3.meta.events.unregister("before-send")
    assert s3.list_buckets()["ResponseMetadata"]["HTTPStatusCode"] == 200


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="no Unix sockets on this system")
def test_unix_sockets_stay_open():
    left, right = socket.socketpair()
    left.sendall(b"x")
    assert right.recv(1) == b"x"
    left.close()
    right.close()


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST.", "127.0.0.1", "127.8.9.1", "::1", "[::1]", "::ffff:127.0.0.1", "",
     "0.0.0.0", "kernel.localhost", None, b"localhost"],
)  # fmt: skip
def test_this_machine_is_local(host):
    assert network.is_local(host)


@pytest.mark.parametrize(
    "host",
    ["s3.amazonaws.com", "localhost.example.com", "notlocalhost", "128.0.0.1", "169.254.169.254",
     "10.0.0.1", "192.168.1.1", "::2", "fe80::1%eth0", "::ffff:10.0.0.1", "127.0.0.1.example.com",
     "2130706433"],
)  # fmt: skip
def test_everything_else_is_not(host):
    assert not network.is_local(host)


def test_the_message_says_what_why_and_what_to_do(aws):
    lambda_ = boto3.client("lambda", endpoint_url="https://lambda.us-east-1.api.aws")
    with pytest.raises(EscapeRefused) as refused:
        lambda_.list_functions()
    text = str(refused.value)
    assert "https://lambda.us-east-1.api.aws/2015-03-31/functions" in text
    assert "never calls the real AWS" in text
    assert "start_aws()" in text
    assert refused.value.target.startswith("https://lambda.us-east-1.api.aws")


def test_a_handler_cannot_get_out_either(aws, make_function):
    make_function(
        "leaky",
        """
        import urllib.request

        def handler(event, context):
            urllib.request.urlopen("https://example.com/", timeout=2)
        """,
    )
    answer = boto3.client("lambda").invoke(FunctionName="leaky")
    assert json.loads(answer["Payload"].read())["errorType"] == "EscapeRefused"
