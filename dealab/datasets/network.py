"""VPC flow logs and load-balancer access logs, in the formats of the services.

Flow log records, version 2: https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html
Access log entries:
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html
(both read 2026-11-23)
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from dealab.datasets.shop import Shop
from dealab.datasets.trail import ACCOUNT, REGION
from dealab.datasets.universe import (
    DAY,
    START,
    VISITS_BY_HOUR,
    WINDOW_FIRST_DAY,
    Story,
    Universe,
    iso,
    pick,
)

FLOWS_A_DAY = 210
REQUESTS_A_DAY = 85
RELEASE_REQUESTS = 340  # in the two hours around the bad release, of which all are kept

# Network interfaces and their addresses.
_BALANCER_ENI, _BALANCER_IP = "eni-0a1b2c3d4e5f60001", "10.0.1.15"
_APPS = (("eni-0a1b2c3d4e5f60011", "10.0.11.21"), ("eni-0a1b2c3d4e5f60012", "10.0.12.34"))
_DATABASE_ENI, _DATABASE_IP = "eni-0a1b2c3d4e5f60021", "10.0.21.8"
_NAT_ENI, _NAT_IP = "eni-0a1b2c3d4e5f60031", "10.0.2.9"
_PARTNER_IP = "192.0.2.44"  # a payment provider; 192.0.2.0/24 is set aside for documentation
_SCANNED = (
    21, 22, 23, 25, 80, 135, 445, 1433, 1521, 3306,
    3389, 5432, 5439, 5900, 6379, 8080, 8443, 9200, 11211, 27017,
)  # fmt: skip


def _begin(day: int) -> int:
    return int(START.astype(np.int64)) + (WINDOW_FIRST_DAY + day) * DAY


def _moments(rng: np.random.Generator, day: int, count: int) -> np.ndarray:
    """Return Unix times of a day, spread as the shop's visits are, sorted."""
    hours = pick(rng.random(count), VISITS_BY_HOUR) * 3600
    return np.sort(_begin(day) + hours + rng.random(count) * 3600)


def _client(u: float) -> str:
    """Return an address of the range set aside for benchmarks (RFC 2544), 198.18.0.0/15."""
    number = int(u * 131_072)
    return f"198.{18 + (number >> 16)}.{number >> 8 & 255}.{number & 255}"


@dataclass(frozen=True)
class Flow:
    start: int
    eni: str
    src: str
    dst: str
    src_port: int
    dst_port: int
    packets: int
    size: int
    action: str = "ACCEPT"
    protocol: int = 6  # TCP
    seconds: int = 60

    def __str__(self) -> str:
        return (
            f"2 {ACCOUNT} {self.eni} {self.src} {self.dst} {self.src_port} {self.dst_port} "
            f"{self.protocol} {self.packets} {self.size} {self.start} {self.start + self.seconds} "
            f"{self.action} OK"
        )


def flow_lines(universe: Universe, day: int) -> Iterator[str]:
    """Yield one day's lines of vpc_flow_logs, sorted by the start of their window."""
    rng = universe.stream("flow logs", day)
    moments = _moments(rng, day, universe.sized(FLOWS_A_DAY, 30)).astype(np.int64).tolist()
    usual = ((start, _usual_flow(rng, start)) for start in moments)
    begin = int(Story.INTRUSION.astype(np.int64))
    special = []
    if _begin(day) <= begin < _begin(day + 1):
        special = [(flow.start, str(flow)) for flow in _intruder_flows(universe, begin)]
    special.append((moments[0], _no_data(moments[0])))
    for _, line in heapq.merge(usual, sorted(special), key=lambda item: item[0]):
        yield line


def _no_data(start: int) -> str:
    return f"2 {ACCOUNT} {_NAT_ENI} - - - - - - - {start} {start + 60} - NODATA"


def _usual_flow(rng: np.random.Generator, start: int) -> str:
    kind, port, app = rng.random(), int(rng.integers(32_768, 61_000)), _APPS[rng.integers(2)]
    packets, size = int(rng.integers(6, 120)), int(rng.integers(90, 900))
    client = _client(rng.random())
    if kind < 0.4:
        route = (_BALANCER_ENI, client, _BALANCER_IP, port, 443)
    elif kind < 0.62:
        route = (app[0], _BALANCER_IP, app[1], port, 8080)
    elif kind < 0.8:
        route = (_DATABASE_ENI, app[1], _DATABASE_IP, port, 5432)
    elif kind < 0.9:
        route = (_NAT_ENI, _NAT_IP, _PARTNER_IP, port, 443)
    elif kind < 0.985:  # the internet knocks at closed doors every day
        closed = _SCANNED[rng.integers(len(_SCANNED))]
        return str(
            Flow(start, _BALANCER_ENI, client, _BALANCER_IP, port, closed, 1, 40, action="REJECT")
        )
    elif kind < 0.995:  # DNS, over UDP
        return str(Flow(start, app[0], app[1], "10.0.0.2", port, 53, 2, size, protocol=17))
    else:
        return _no_data(start)
    return str(Flow(start, *route, packets, packets * size))


def _intruder_flows(universe: Universe, begin: int) -> Iterator[Flow]:
    """Yield a port scan before the first call with the leaked key, then a look at the shop."""
    ip = universe.story.attacker_ip
    rng = universe.stream("port scan")
    for number in range(120):
        port = _SCANNED[number % 20] if number < 60 else int(rng.integers(1, 10_000))
        target = (_BALANCER_ENI, _BALANCER_IP) if number % 3 else (_NAT_ENI, _NAT_IP)
        start = begin + 180 + 3 * number
        yield Flow(
            start, target[0], ip, target[1], 40_000 + number, port, 1, 44, "REJECT"
        )  # fmt: skip
    for number in range(len(_PROBED)):
        start, size = begin + 700 + 90 * number, 5200 + 310 * number
        yield Flow(start, _BALANCER_ENI, ip, _BALANCER_IP, 51_000 + number, 443, 14, size)


_BALANCER = "app/fernway-shop/50dc6c495c0c9188"
_GROUP = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:targetgroup/shop/73e2d6bc24d8a067"
_CERTIFICATE = f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/11112222-3333-4444-5555-666677778888"
_CLIENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/149.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_4) AppleWebKit/605.1.15",
    "Mozilla/5.0 (Linux; Android 16) Chrome/149.0 Mobile",
    "FernwayApp/6.4.1 (Android 16)",
    "FernwayApp/6.4.1 (iOS 19.4)",
)
_PROBED = ("/.env", "/admin", "/.git/config", "/wp-login.php", "/backup.zip", "/api/v1/users")


@dataclass(frozen=True)
class Request:
    """One entry of the access log; times in seconds, -1 where the target gave no answer."""

    moment: float
    client: str
    port: int
    app: str
    status: int
    target_status: str
    target_seconds: float
    received: int
    sent: int
    verb: str
    path: str
    agent: str

    def line(self, rng: np.random.Generator) -> str:
        answered = self.target_seconds >= 0
        # A target that gives no answer is given up after the idle timeout, 60 seconds.
        end = self.moment + (0.001 + self.target_seconds if answered else 60.001)
        times = f"0.001 {self.target_seconds:.3f} 0.000" if answered else "0.001 -1 -1"
        trace = f"Root=1-{int(self.moment):08x}-{rng.bytes(12).hex()}"
        return (
            f"https {iso(end, 6)} {_BALANCER} {self.client}:{self.port} {self.app}:8080 {times} "
            f"{self.status} {self.target_status} {self.received} {self.sent} "
            f'"{self.verb} https://shop.example.com:443{self.path} HTTP/2.0" "{self.agent}" '
            f'TLS_AES_128_GCM_SHA256 TLSv1.3 {_GROUP} "{trace}" "shop.example.com" '
            f'"{_CERTIFICATE}" 0 {iso(self.moment, 6)} "forward" "-" "-" "{self.app}:8080" '
            f'"{self.target_status}" "-" "-" TID_{rng.bytes(16).hex()}'
        )


def alb_lines(shop: Shop, day: int) -> Iterator[str]:
    """Yield one day's lines of alb_logs by arrival: a sample, and all around the release."""
    universe = shop.universe
    rng = universe.stream("alb logs", day)
    moments = _moments(rng, day, universe.sized(REQUESTS_A_DAY, 20))
    release = tuple(int(moment.astype(np.int64)) for moment in Story.BAD_DEPLOY)
    if _begin(day) <= release[0] < _begin(day + 1):
        around = release[0] - 2400 + rng.random(universe.sized(RELEASE_REQUESTS, 120)) * 7200
        moments = np.sort(np.concatenate([moments, around]))
    usual = (_usual_request(rng, shop, float(moment), release) for moment in moments)
    begin = int(Story.INTRUSION.astype(np.int64))
    special = []
    if _begin(day) <= begin < _begin(day + 1):
        special = [
            Request(
                begin + 705 + 90 * number, universe.story.attacker_ip, 51_000 + number, _APPS[0][1],
                404, "404", 0.004, 210, 480, "GET", path, "curl/8.5.0",
            )
            for number, path in enumerate(_PROBED)
        ]  # fmt: skip
    for request in heapq.merge(usual, special, key=lambda request: request.moment):
        yield request.line(rng)


def _usual_request(rng, shop: Shop, moment: float, release: tuple[int, int]) -> Request:
    u = rng.random(6)
    product = shop.products["sku"][int(u[0] * len(shop.products["sku"]))].lower()
    verb, path = (
        ("GET", "/"),
        ("GET", f"/p/{product}"),
        ("GET", f"/api/search?q={product[3:5]}"),
        ("POST", "/api/cart"),
        ("POST", "/api/checkout"),
        ("GET", "/static/app.js"),
    )[int(pick(u[1], (0.15, 0.4, 0.15, 0.1, 0.05, 0.15)))]
    seconds = 0.002 if path.startswith("/static") else float(0.03 - 0.09 * np.log1p(-u[2]))
    status, target = 200, "200"
    if release[0] <= moment < release[1] and path.startswith("/api"):
        seconds = 3.0 + 9.0 * float(u[2])  # the release reads a whole table for every request
        if u[3] < 0.45:
            status, target = ((504, "-"), (502, "502"), (500, "500"))[int(u[4] * 3)]
    elif u[3] < 0.012:
        status, target = 404, "404"
    elif u[3] < 0.014:
        status, target = 500, "500"
    return Request(
        moment,
        _client(u[5]),
        int(rng.integers(1024, 65_000)),
        _APPS[rng.integers(2)][1],
        status,
        target,
        -1.0 if status == 504 else round(seconds, 3),
        int(rng.integers(180, 1200)),
        int(rng.integers(400, 48_000)),
        verb,
        path,
        _CLIENTS[rng.integers(len(_CLIENTS))],
    )
