"""The end of the network at loopback: a test that reaches further fails, whichever library it went through."""

import ipaddress
import socket
import sys


class NetworkIsOff(RuntimeError):
    """A test reached for the network. No OSError, which code under test rightly turns into a value."""


def end_the_network_at_loopback() -> None:
    """Holds until the process ends: Python reports each use of a socket to an audit hook, and none can be removed."""
    sys.addaudithook(_refuse_what_leaves)


def _refuse_what_leaves(event: str, arguments: tuple[object, ...]) -> None:
    # A hook hears every event of the interpreter, so the first comparison decides what it costs.
    if not event.startswith("socket."):
        return
    if event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
        address = arguments[1]
        # Other addresses are paths of local sockets, or absent where the socket is connected already.
        if isinstance(address, tuple) and isinstance(address[0], str) and not _is_loopback(address[0]):
            raise NetworkIsOff(f"a test may reach loopback only, not {address[0]}")
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"}:
        host = arguments[0].decode() if isinstance(arguments[0], bytes) else arguments[0]
        if isinstance(host, str) and not _is_loopback(host) and not _is_numeric(host):
            raise NetworkIsOff(f"a test may not look up {host}: only localhost and numeric addresses resolve")
    elif event == "socket.gethostbyaddr" and not _is_loopback(str(arguments[0])):
        raise NetworkIsOff(f"a test may not look up the name of {arguments[0]}")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host in {"", "localhost", socket.gethostname()}


def _is_numeric(host: str) -> bool:
    """In whatever spelling ("2130706433", "0x7f.1", "::1"): resolving it asks no server."""
    if ":" in host:
        return True
    try:
        socket.inet_aton(host)
    except OSError:
        return False
    return True
