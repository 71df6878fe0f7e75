"""Which network address may be connected to, for which origin. No name is resolved here.

A page can name any host, and a name can point at any address, also at one inside the
network that the crawler runs in (SSRF, DNS rebinding:
https://owasp.org/www-community/attacks/Server_Side_Request_Forgery). So the answer is
asked for the address that a socket is about to be opened to, not for the URL's text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

import ada_url

from imagecrawler.exceptions import SettingError

IPAddress = IPv4Address | IPv6Address
IPNetwork = IPv4Network | IPv6Network

DEFAULT_PORTS = {"http": 80, "https": 443}

# Not `ipaddress.is_global`: its answers differ between the Python versions we run on
# (2002::/16 and 192.0.0.0/24 changed in 3.11.10), and it counts multicast as global.
# https://www.iana.org/assignments/iana-ipv4-special-registry
_NOT_PUBLIC_V4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network; Linux connects 0.0.0.0 to itself
        "10.0.0.0/8",
        "100.64.0.0/10",  # shared by carriers; Alibaba's metadata service
        "127.0.0.0/8",
        "168.63.129.16/32",  # looks public, and is the host inside every Azure machine
        "169.254.0.0/16",  # link-local; the metadata service of most clouds
        "172.16.0.0/12",
        "192.0.0.0/24",  # protocol assignments; Oracle's metadata service
        "192.0.2.0/24",
        "192.88.99.0/24",  # 6to4 relays, withdrawn
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)
# All that IANA hands out as unicast lies in 2000::/3, so the rest needs no list.
# https://www.iana.org/assignments/iana-ipv6-special-registry
_UNICAST_V6 = IPv6Network("2000::/3")
_NOT_PUBLIC_V6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments, Teredo among them: tunnels to any IPv4 address
        "2001:db8::/32",
        "3fff::/20",
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052; every public name has one behind a DNS64

_PART_OF_IPV4 = re.compile(r"0[xX][0-9a-fA-F]*|[0-9]+")
_LOCAL_NAMES = ("localhost", "localdomain")  # RFC 6761, section 6.3


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host and port of a URL: what a start URL's exception is bound to.

    ``host`` is lower case, without brackets, and an address in its usual spelling
    (``0x7f.1`` is ``127.0.0.1``), so that equal means equal.
    """

    scheme: str
    host: str
    port: int

    def __post_init__(self) -> None:
        literal = literal_address(self.host)
        host = str(literal) if literal else self.host.lower()
        object.__setattr__(self, "host", host)

    @classmethod
    def of(cls, url: str) -> Origin:
        """Return the origin of an absolute http or https URL.

        Raises:
            ValueError: another scheme, or no URL.
        """
        parts = ada_url.URL(url)
        scheme = parts.protocol.removesuffix(":")
        if scheme not in DEFAULT_PORTS:
            raise ValueError(f"{url!r} is not an http or https URL")
        return cls(scheme, parts.hostname, int(parts.port or DEFAULT_PORTS[scheme]))

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class AddressRules:
    """Who may be connected to. ``pins`` are the start origins with the addresses they had.

    Five answers::

        AddressRules().refusal(Origin.of("http://a.example"), "93.184.216.34") is None
        AddressRules().refusal(Origin.of("http://a.example"), "10.0.0.1") is not None
        start = Origin.of("http://127.0.0.1:8000")
        rules = AddressRules().with_pin(start, ["127.0.0.1"])
        rules.refusal(start, "127.0.0.1") is None
        rules.refusal(Origin.of("http://127.0.0.1:22"), "127.0.0.1") is not None
    """

    allowed: tuple[IPNetwork, ...] = ()
    pins: Mapping[Origin, frozenset[IPAddress]] = field(default_factory=dict)

    def with_pin(self, origin: Origin, addresses: Iterable[str]) -> AddressRules:
        """Return rules that also let ``origin`` be at ``addresses``, besides those it had."""
        pinned = self.pins.get(origin, frozenset()) | {_real_address(text) for text in addresses}
        return replace(self, pins={**self.pins, origin: pinned})

    def refusal(self, origin: Origin, address: str) -> str | None:
        """Return why ``origin`` may not be connected to at ``address``, in one line, or None.

        ``address`` is what the socket will be given: an IPv4 or IPv6 address as text. What
        is no address is refused.
        """
        if origin.scheme not in DEFAULT_PORTS:
            return f"{origin}: only http and https are fetched"
        try:
            real = _real_address(address)
        except ValueError:
            return f"{origin}: {address!r} is not an address"
        if is_public(real) or real in self.pins.get(origin, ()) or self._is_allowed(real):
            return None
        if origin in self.pins:
            return f"{origin} is now at {address}, a non-public address that it did not start at"
        return f"{origin} is at {address}, a non-public address outside ALLOWED_NETWORKS"

    def named_refusal(self, origin: Origin) -> str | None:
        """Return why ``origin`` may not be asked of a proxy, which resolves names itself.

        Only what the name itself tells: an address in any spelling, or ``localhost``. A
        public name that points inside the proxy's network is for the proxy to refuse.
        """
        literal = literal_address(origin.host)
        if literal is not None:
            return self.refusal(origin, str(literal))
        is_local = origin.host.rstrip(".").rpartition(".")[2] in _LOCAL_NAMES
        if is_local and origin not in self.pins:
            return f"{origin} names the proxy's own machine"
        return None

    def _is_allowed(self, address: IPAddress) -> bool:
        return any(address in network for network in self.allowed)


def allowed_networks(values: Iterable[str]) -> tuple[IPNetwork, ...]:
    """Return the networks of ``ALLOWED_NETWORKS``: CIDR blocks or single addresses.

    Raises:
        SettingError: a value that is neither, with the value.
    """
    return tuple(_network(value) for value in values)


def is_public(address: IPAddress) -> bool:
    """Return whether anyone on the internet can reach ``address``, and it means one host.

    Addresses that carry another one (IPv4-mapped, 6to4, NAT64) are as public as that one;
    Teredo never is.
    """
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_V4)
    carried = address.ipv4_mapped or address.sixtofour
    if carried is None and address in _NAT64:
        carried = IPv4Address(int(address) & 0xFFFF_FFFF)
    if carried is not None:
        return is_public(carried)
    return address in _UNICAST_V6 and not any(address in network for network in _NOT_PUBLIC_V6)


@lru_cache(maxsize=4096)  # asked for each request, of few hosts
def literal_address(host: str) -> IPAddress | None:
    """Return the address that ``host`` spells, or None when it is a name.

    Every spelling that the C library and browsers take counts: ``127.1``, ``0x7f.1``,
    ``2130706433``, ``017700000001``, ``0``, ``[::1]``, a trailing dot.
    https://url.spec.whatwg.org/#concept-ipv4-parser
    """
    if ":" in host:
        try:
            return _real_address(host.strip("[]"))
        except ValueError:
            return None
    parts = host.removesuffix(".").split(".")
    if len(parts) > 4 or not all(map(_PART_OF_IPV4.fullmatch, parts)):
        return None
    try:
        *bytes_, rest = map(_number, parts)
    except ValueError:
        return None
    if any(byte > 255 for byte in bytes_) or rest >= 256 ** (4 - len(bytes_)):
        return None
    high = sum(byte << (8 * (3 - place)) for place, byte in enumerate(bytes_))
    return IPv4Address(high + rest)


def _real_address(text: str) -> IPAddress:
    """An IPv4-mapped address is the IPv4 address that the kernel connects to."""
    address = ip_address(text.partition("%")[0])
    return getattr(address, "ipv4_mapped", None) or address


def _number(part: str) -> int:
    if part[:2] in ("0x", "0X"):
        return int(part[2:] or "0", 16)
    if part.startswith("0"):
        return int(part, 8)
    # No address has more digits, and Python is slow to read thousands of them.
    if len(part) > 10:
        raise ValueError(part)
    return int(part)


def _network(value: str) -> IPNetwork:
    try:
        return ip_network(str(value).strip())
    except ValueError as error:
        raise SettingError(
            f"ALLOWED_NETWORKS: {value!r} is not a network ({error}); "
            "write it like 192.168.0.0/16 or fd00::/8"
        ) from None
