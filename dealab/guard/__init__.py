"""The guard: once it is up, this process and what it starts reach nothing but this machine.

``network`` refuses connections, ``subprocesses`` puts the guard up in children, and ``fetching``
hands what ``urllib`` would fetch from AWS to the lab, while one runs.
"""

from dealab.guard import network, subprocesses
from dealab.guard.network import EscapeRefused

__all__ = ["EscapeRefused", "install"]


def install() -> None:
    """Put the guard up, for as long as the process lasts. Safe to call again."""
    network.install()
    subprocesses.install()
