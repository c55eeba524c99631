"""Listening, and who may connect: what the two servers of the media process share."""

import errno
import socket
from collections.abc import Iterable
from ipaddress import IPv6Address, ip_address, ip_network

from callcenter.errors import ConfigurationError

BACKLOG = 512


class Peers:
    """The networks that may connect."""

    def __init__(self, allow: Iterable[str]) -> None:
        self._networks = tuple(ip_network(network, strict=False) for network in allow)

    def __contains__(self, address: object) -> bool:
        """An IPv4 peer seen by an IPv6 socket (::ffff:10.0.0.1) counts as the IPv4 address that it is."""
        try:
            ip = ip_address(str(address))
        except ValueError:
            return False
        if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped
        return any(ip in network for network in self._networks)


def parse_address(address: str) -> tuple[str, int]:
    """ "127.0.0.1:9092" or "[::1]:9092". Raises ConfigurationError."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise ConfigurationError(f"{address!r}: must be HOST:PORT, as 127.0.0.1:9092")
    return host.strip("[]"), int(port)


def reserve(host: str, port: int, *, section: str) -> socket.socket:
    """A socket that is bound to a port and does not listen: our other processes may share the port (SO_REUSEPORT), no
    other program can have it. Raises ConfigurationError as `listen` does."""
    with listen(host, port, section=section) as free:  # SO_REUSEPORT alone would share it with a second server of ours
        family, address = free.family, free.getsockname()
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    sock.bind(address)
    return sock


def listen(host: str, port: int, *, section: str, reuse_port: bool = False) -> socket.socket:
    """A listening socket (port 0: any free one). Raises ConfigurationError that names the key to mend.

    section: of the settings, "audiosocket" or "http". reuse_port: several workers share the port.
    """
    environment = f"CALLCENTER_{section.upper()}__"
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        return socket.create_server((host, address[1]), family=family, backlog=BACKLOG, reuse_port=reuse_port)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise ConfigurationError(
                f"{section}.port: {port} on {host} is used by another program; stop it, or set another port "
                f"({environment}PORT)"
            ) from error
        if error.errno == errno.EACCES:
            raise ConfigurationError(
                f"{section}.port: {port} needs rights that this user lacks; set a port above 1023 ({environment}PORT)"
            ) from error
        raise ConfigurationError(
            f"{section}.host: cannot listen on {host!r} ({error.strerror or error}); set an address of this machine "
            f"({environment}HOST)"
        ) from error
