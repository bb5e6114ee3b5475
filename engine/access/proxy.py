"""Where a request really came from, and where the server may listen."""

import ipaddress
from collections.abc import Collection, Mapping
from dataclasses import dataclass

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Client:
    """The far end of a request: its address, and whether it travelled under TLS."""

    address: str
    behind_tls: bool


def networks(listed: Collection[str]) -> tuple[Network, ...]:
    """Addresses and networks of our own proxies.

    Raises:
        ValueError: A text is neither.
    """
    return tuple(ipaddress.ip_network(text) for text in listed)


def client_of(
    peer: str, headers: Mapping[str, str], trusted: Collection[Network], *, tls: bool = False
) -> Client:
    """The client of a request. Forwarded headers count only when a listed proxy sent them.

    Args:
        peer: Address of the connection's far end.
        headers: Header names in small letters.
        trusted: Our own proxies. Of `X-Forwarded-For` the last address that is none of them is the client:
            whatever stands before it was written by the client.
        tls: Whether this connection itself is encrypted.
    """
    near = _address(peer)
    if near is None or not _is_in(near, trusted):
        return Client(peer, tls)
    behind_tls = headers.get("x-forwarded-proto", "").split(",")[-1].strip() == "https"
    for text in reversed(headers.get("x-forwarded-for", "").split(",")):
        address = _address(text.strip())
        if address is None:
            break
        if not _is_in(address, trusted):
            return Client(str(address), behind_tls)
    return Client(peer, behind_tls)


def listen_refusal(host: str, trusted: Collection[Network], *, tls: bool, demo: bool) -> str | None:
    """Why the server must not listen there; None when it may.

    Passwords and patients never cross a network in the clear; the demonstration is for this computer alone.
    """
    if is_loopback(host):
        return None
    if demo:
        return "the demonstration listens on this computer alone; leave --host out"
    if not tls and not trusted:
        return (
            f"{host} can be reached from the network and nothing encrypts it; "
            "put a TLS proxy before it and list its address, or listen on 127.0.0.1"
        )
    return None


def is_loopback(host: str) -> bool:
    """Whether an address or `localhost` is this computer itself."""
    address = _address(host)
    return host == "localhost" or (address is not None and address.is_loopback)


def _address(text: str) -> Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _is_in(address: Address, listed: Collection[Network]) -> bool:
    return any(address.version == network.version and address in network for network in listed)
