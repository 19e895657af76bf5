"""Nothing leaves the machine: every connection that is not to this machine is refused.

moto answers most calls, but not all: a client that was made before the lab started, an endpoint
outside amazonaws.com, or plain sockets would go out. So there are three nets, each wider:

1. a wrapper round ``botocore.httpsession.URLLib3Session.send``, where every boto3 call must pass;
2. a wrapper round the HTTP tunnel of ``http.client`` and round the ``connect`` methods of sockets,
   which sees proxies on loopback and host names before they are looked up;
3. a Python audit hook on name look-ups and connections of any socket. An audit hook cannot be taken
   out again, so the guard lasts as long as the process.

Child processes: ``subprocesses.py``.

Loopback and Unix sockets stay open: Jupyter lives there.
"""

import http.client
import ipaddress
import socket
import sys
import urllib.parse

_LOCAL_NAMES = {"", "localhost", "localhost.localdomain", "ip6-localhost"}
_installed = False


class EscapeRefused(Exception):
    """A call would have left this machine. It was refused before anything was sent."""

    def __init__(self, target: str, how: str):
        self.target = target
        super().__init__(
            f"{how} to {target} was refused: it would leave this machine, and this course never "
            "calls the real AWS. Nothing was sent.\n"
            "What to do: run aws = start_aws(), then make a new client with plain "
            'boto3.client("s3"): no endpoint_url, no dual-stack endpoint, and no client from '
            "before start_aws() or from a lab that was stopped. "
            "To reach the real AWS, use a new Python process that does not import dealab.cloud."
        )


def is_local(host) -> bool:
    """Say whether ``host`` (name, address, bytes or None) is this machine itself."""
    if host is None:
        return True
    name = host.decode("utf-8", "replace") if isinstance(host, (bytes, bytearray)) else str(host)
    name = name.strip("[]").rstrip(".").lower()
    if name in _LOCAL_NAMES or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    # 0.0.0.0 and :: mean "this machine": servers bind to them.
    return (mapped or address).is_loopback or address.is_unspecified


def _refuse_unless_local(host, how: str) -> None:
    if not is_local(host):
        raise EscapeRefused(host.decode() if isinstance(host, bytes) else str(host), how)


def _is_address(host) -> bool:
    try:
        ipaddress.ip_address(str(host).partition("%")[0])
    except ValueError:
        return False
    return True


def _check_lookup(host) -> None:
    # An address is not looked up anywhere, and asking for one's own name is harmless.
    if host is not None and not _is_address(host) and host != socket.gethostname():
        _refuse_unless_local(host, "A name look-up")


def _check_socket(sock, address, how: str = "A connection") -> None:
    inet = sock.family in (socket.AF_INET, socket.AF_INET6)
    if inet and isinstance(address, tuple) and address and not is_local(address[0]):
        if address[0] == socket.gethostname():
            return
        raise EscapeRefused(f"{address[0]}:{address[1] if len(address) > 1 else ''}", how)


def _audit(event: str, args: tuple) -> None:
    if event.startswith("socket."):
        if event == "socket.connect":
            _check_socket(*args)
        elif event in ("socket.sendto", "socket.sendmsg"):
            # A connected socket sends without an address; its connection was checked before.
            if args[1] is not None:
                _check_socket(args[0], args[1], "A datagram")
        elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
            _check_lookup(args[0])
    elif event == "urllib.Request":
        # Through a proxy on loopback the socket looks local; the address of the request tells.
        parts = urllib.parse.urlsplit(args[0])
        if parts.scheme in ("http", "https", "ftp"):
            _refuse_unless_local(parts.hostname, "urllib")


def _wrap_socket(name: str) -> None:
    original = getattr(socket.socket, name)

    def checked(self, *args):
        # The address comes last: connect(address), sendto(data[, flags], address).
        if args:
            _check_socket(self, args[-1])
        return original(self, *args)

    checked.__name__ = name
    setattr(socket.socket, name, checked)


def _wrap_http_client() -> None:
    tunnel, putrequest = (
        http.client.HTTPConnection.set_tunnel,
        http.client.HTTPConnection.putrequest,
    )

    def set_tunnel(self, host, *args, **kwargs):
        _refuse_unless_local(host.partition(":")[0], "An HTTP tunnel")
        return tunnel(self, host, *args, **kwargs)

    def checked_putrequest(self, method, url, *args, **kwargs):
        if url.startswith(("http://", "https://")):  # the form in which a proxy is asked
            _refuse_unless_local(urllib.parse.urlsplit(url).hostname, "An HTTP request")
        return putrequest(self, method, url, *args, **kwargs)

    http.client.HTTPConnection.set_tunnel = set_tunnel
    http.client.HTTPConnection.putrequest = checked_putrequest


def guard_botocore() -> None:
    """Wrap the one place that every boto3 call passes on its way out. Safe to call again."""
    from botocore.httpsession import URLLib3Session

    if getattr(URLLib3Session.send, "guards", None):
        return
    original = URLLib3Session.send

    def send(self, request):
        host = urllib.parse.urlsplit(request.url).hostname
        if not is_local(host):
            raise EscapeRefused(request.url.partition("?")[0], "A boto3 call")
        return send.guards(self, request)

    send.guards = original
    URLLib3Session.send = send


def install() -> None:
    """Put up the socket nets (the botocore net follows with ``guard_botocore``). Safe to repeat."""
    global _installed
    if _installed:
        return
    _installed = True
    for name in ("connect", "connect_ex", "sendto"):
        _wrap_socket(name)
    _wrap_http_client()
    sys.addaudithook(_audit)
    if "botocore.httpsession" in sys.modules:
        guard_botocore()
