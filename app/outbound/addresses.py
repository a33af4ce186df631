"""Which addresses a request of ours may go to: those that only the public internet leads to."""

from ipaddress import ip_address, ip_network

_NOT_FOR_US = tuple(
    ip_network(text)
    for text in (
        # Python 3.11 calls most of these global, though each leads to a private, local or group address.
        "::/96",  # IPv4-compatible
        "64:ff9b::/96",  # NAT64: the last four bytes are an IPv4 address
        "64:ff9b:1::/48",
        "2001::/23",  # Teredo and other protocol assignments
        "2002::/16",  # 6to4: an IPv4 address inside
        "3fff::/20",
        "5f00::/16",
        "fec0::/10",  # once site-local
        "100.64.0.0/10",  # behind a carrier's NAT; some clouds keep their metadata here
        "192.0.0.0/24",
        "192.88.99.0/24",
        "168.63.129.16/32",  # a cloud's host agent behind a public address
    )
)


def is_public(address: str) -> bool:
    """Whether an address is one that only the public internet can reach us through."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if ip.version == 6:
        if ip.scope_id is not None:
            return False
        if ip.ipv4_mapped is not None:
            return is_public(str(ip.ipv4_mapped))
    if not ip.is_global or ip.is_multicast or ip.is_reserved:
        return False
    return not any(ip in network for network in _NOT_FOR_US if network.version == ip.version)
