"""VPC flow logs and load-balancer access logs, in the formats of the services.

Flow log records, version 2: https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html
ALB entries: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html
(read 2026-11-23)
"""

import numpy as np

from dealab.datasets.shop import Shop
from dealab.datasets.trail import ACCOUNT, REGION
from dealab.datasets.universe import DAY, START, WINDOW_FIRST_DAY, Story, Universe, iso, pick

FLOWS_A_DAY = 210
REQUESTS_A_DAY = 85
_ALB = ("eni-0a1b2c3d4e5f60001", "10.0.1.15")
_APPS = (("eni-0a1b2c3d4e5f60011", "10.0.11.21"), ("eni-0a1b2c3d4e5f60012", "10.0.12.34"))
_DATABASE = ("eni-0a1b2c3d4e5f60021", "10.0.21.8")
_NAT = ("eni-0a1b2c3d4e5f60031", "10.0.2.9")
_SCANNED = (
    21,
    22,
    23,
    25,
    80,
    135,
    445,
    1433,
    1521,
    3306,
    3389,
    5432,
    5439,
    5900,
    6379,
    8080,
    8443,
    9200,
    11211,
    27017,
)
_HOUR = (
    21,
    18,
    14,
    9,
    5,
    3,
    2,
    2,
    2,
    3,
    5,
    7,
    9,
    11,
    12,
    13,
    13,
    13,
    13,
    13,
    14,
    16,
    18,
    20,
)  # UTC


def _begin(day: int) -> int:
    return int(START.astype(np.int64)) + (WINDOW_FIRST_DAY + day) * DAY


def _client(u: float) -> str:
    """Return a made-up address of the range set aside for benchmarks (RFC 2544), 198.18.0.0/15."""
    number = int(u * 131_072)
    return f"198.{18 + (number >> 16)}.{number >> 8 & 255}.{number & 255}"


def flow_lines(universe: Universe, day: int) -> list[str]:
    """Return one day's lines of vpc_flow_logs, sorted by the start of their window."""
    rng = universe.stream("flow logs", day)
    low, story = _begin(day), universe.story
    flows: list[tuple] = []

    def flow(
        eni, src, dst, sport, dport, packets, size, start, action="ACCEPT", protocol=6, length=60
    ):
        flows.append(
            (
                int(start),
                f"2 {ACCOUNT} {eni} {src} {dst} {sport} {dport} {protocol} {packets} {size} "
                f"{int(start)} {int(start) + length} {action} OK",
            )
        )

    for _ in range(universe.sized(FLOWS_A_DAY, 30)):
        start = low + int(pick(rng.random(), _HOUR)) * 3600 + int(rng.integers(0, 3600))
        kind, port = rng.random(), int(rng.integers(32_768, 61_000))
        app = _APPS[rng.integers(2)]
        if kind < 0.4:  # shoppers
            packets = int(rng.integers(6, 90))
            flow(
                _ALB[0],
                _client(rng.random()),
                _ALB[1],
                port,
                443,
                packets,
                packets * int(rng.integers(120, 900)),
                start,
            )
        elif kind < 0.62:  # load balancer to application
            packets = int(rng.integers(6, 60))
            flow(
                app[0],
                _ALB[1],
                app[1],
                port,
                8080,
                packets,
                packets * int(rng.integers(150, 800)),
                start,
            )
        elif kind < 0.8:  # application to database
            packets = int(rng.integers(10, 200))
            flow(
                _DATABASE[0],
                app[1],
                _DATABASE[1],
                port,
                5432,
                packets,
                packets * int(rng.integers(80, 600)),
                start,
            )
        elif kind < 0.9:  # to the internet through NAT
            packets = int(rng.integers(4, 80))
            flow(
                _NAT[0],
                _NAT[1],
                "192.0.2.44",
                port,
                443,
                packets,
                packets * int(rng.integers(100, 1200)),
                start,
            )
        elif kind < 0.985:  # the internet's everyday knocking at closed doors
            dport = _SCANNED[rng.integers(len(_SCANNED))]
            flow(_ALB[0], _client(rng.random()), _ALB[1], port, dport, 1, 40, start, "REJECT")
        elif kind < 0.995:  # DNS
            flow(
                app[0],
                app[1],
                "10.0.0.2",
                port,
                53,
                2,
                int(rng.integers(120, 400)),
                start,
                protocol=17,
            )
        else:  # nothing to record in this window
            flows.append(
                (start, f"2 {ACCOUNT} {_NAT[0]} - - - - - - - {start} {start + 60} - NODATA")
            )
    begin = int(Story.INTRUSION.astype(np.int64))
    if low <= begin < low + DAY:
        # A port scan a quarter of an hour before the first call with the leaked key.
        for number in range(120):
            start = begin + 180 + number * 3
            dport = _SCANNED[number % 20] if number < 60 else int(rng.integers(1, 10_000))
            target, eni = (_ALB[1], _ALB[0]) if number % 3 else (_NAT[1], _NAT[0])
            flow(eni, story.attacker_ip, target, 40_000 + number, dport, 1, 44, start, "REJECT")
        for number in range(6):
            start = begin + 700 + number * 90
            flow(
                _ALB[0],
                story.attacker_ip,
                _ALB[1],
                51_000 + number,
                443,
                14 + number,
                5200 + 310 * number,
                start,
            )
    flows.sort(key=lambda item: item[0])
    return [line for _, line in flows]


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


def alb_lines(shop: Shop, day: int) -> list[str]:
    """Return one day's lines of alb_logs, sorted by time; the day of the bad release has more."""
    universe = shop.universe
    rng = universe.stream("alb logs", day)
    low, story = _begin(day), universe.story
    seconds = pick(rng.random(universe.sized(REQUESTS_A_DAY, 20)), _HOUR) * 3600
    moments = low + seconds + rng.random(len(seconds)) * 3600
    bad = tuple(int(moment.astype(np.int64)) for moment in Story.BAD_DEPLOY)
    if low <= bad[0] < low + DAY:
        # Log every request of the two hours around the release, not a sample.
        more = rng.random(universe.sized(340, 120))
        moments = np.concatenate([moments, bad[0] - 2400 + more * 7200])
    lines = [_alb_line(rng, shop, float(moment), bad) for moment in np.sort(moments)]
    begin = int(Story.INTRUSION.astype(np.int64))
    if low <= begin < low + DAY:
        for number, path in enumerate(
            ("/.env", "/admin", "/.git/config", "/wp-login.php", "/backup.zip", "/api/v1/users")
        ):
            moment = begin + 705 + 90 * number + rng.random()
            lines.append(
                _entry(
                    rng,
                    moment,
                    story.attacker_ip,
                    51_000 + number,
                    _APPS[0][1],
                    (0.0, 0.004, 0.0),
                    404,
                    "404",
                    210,
                    480,
                    "GET",
                    path,
                    "curl/8.5.0",
                )
            )
        lines.sort(key=lambda line: line.split(" ", 2)[1])
    return lines


def _alb_line(rng, shop: Shop, moment: float, bad: tuple[int, int]) -> str:
    u = rng.random(6)
    product = shop.products["sku"][int(u[0] * 400)].lower()
    verb, path = (
        ("GET", "/"),
        ("GET", f"/p/{product}"),
        ("GET", f"/api/search?q={product[3:5]}"),
        ("POST", "/api/cart"),
        ("POST", "/api/checkout"),
        ("GET", "/static/app.js"),
    )[int(pick(u[1], (0.15, 0.4, 0.15, 0.1, 0.05, 0.15)))]
    slow = bad[0] <= moment < bad[1] and path.startswith("/api")
    seconds = 0.002 if path.startswith("/static") else float(0.03 + 0.09 * -np.log1p(-u[2]))
    status, target = 200, "200"
    if slow:
        seconds = 3.0 + 9.0 * float(u[2])  # the new release reads a whole table for every request
        if u[3] < 0.45:
            status, target = ((504, "-"), (502, "502"), (500, "500"))[int(u[4] * 3)]
    elif u[3] < 0.012:
        status = target = 404
    elif u[3] < 0.014:
        status, target = 500, "500"
    times = (0.001, round(seconds, 3), 0.0)
    if status == 504:
        times = (0.001, -1, -1)
    return _entry(
        rng,
        moment,
        _client(u[5]),
        int(rng.integers(1024, 65_000)),
        _APPS[rng.integers(2)][1],
        times,
        status,
        str(target),
        int(rng.integers(180, 1200)),
        int(rng.integers(400, 48_000)),
        verb,
        path,
        _CLIENTS[rng.integers(len(_CLIENTS))],
    )


def _entry(
    rng, moment, client, port, app, times, status, target, received, sent, verb, path, agent
) -> str:
    took = sum(value for value in times if value > 0)
    seconds = " ".join(f"{value:.3f}" if value >= 0 else "-1" for value in times)
    return (
        f"https {iso(moment + took, 6)} {_BALANCER} {client}:{port} {app}:8080 "
        f"{seconds} {status} {target} {received} {sent} "
        f'"{verb} https://shop.example.com:443{path} HTTP/2.0" "{agent}" '
        f'TLS_AES_128_GCM_SHA256 TLSv1.3 {_GROUP} "Root=1-{int(moment):08x}-{rng.bytes(12).hex()}" '
        f'"shop.example.com" "{_CERTIFICATE}" 0 {iso(moment, 6)} '
        f'"forward" "-" "-" "{app}:8080" "{target}" "-" "-" TID_{rng.bytes(16).hex()}'
    )
