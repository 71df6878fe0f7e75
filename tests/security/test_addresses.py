"""Every special network of IANA's registries is refused, in every form that carries it."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from imagecrawler.exceptions import SettingError
from imagecrawler.security.addresses import (
    AddressRules,
    Origin,
    allowed_networks,
    is_public,
    literal_address,
)

# https://www.iana.org/assignments/iana-ipv4-special-registry: "globally reachable" not True.
SPECIAL_V4 = [
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
    *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16"),
    *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4"),
    *("255.255.255.255/32", "224.0.0.0/4"),
]
# https://www.iana.org/assignments/iana-ipv6-special-registry, multicast, site-local.
SPECIAL_V6 = [
    *("::1/128", "::/128", "64:ff9b:1::/48", "100::/64", "100:0:0:1::/64", "2001::/32"),
    *("2001:2::/48", "2001:10::/28", "2001:db8::/32", "3fff::/20", "5f00::/16", "fc00::/7"),
    *("fe80::/10", "fec0::/10", "ff00::/8", "::/96", "::ffff:0:0:0/96"),
]
SPECIAL = [IPv4Network(text) for text in SPECIAL_V4] + [IPv6Network(text) for text in SPECIAL_V6]
METADATA = ["169.254.169.254", "100.100.100.200", "192.0.0.192", "168.63.129.16", "fd00:ec2::254"]
EXAMPLE = Origin.of("http://example.com/")

v4 = st.integers(0, 2**32 - 1).map(IPv4Address)
private_v4 = st.one_of([st.ip_addresses(network=network) for network in SPECIAL_V4])
special = st.one_of([st.ip_addresses(network=str(network)) for network in SPECIAL])


def carriers(inner: IPv4Address) -> list[IPv6Address]:
    """IPv4-mapped, 6to4 and NAT64 addresses of one IPv4 address."""
    number = int(inner)
    return [
        IPv6Address(0xFFFF << 32 | number),
        IPv6Address(0x2002 << 112 | number << 80 | 1),
        IPv6Address((0x64FF9B << 96) | number),
    ]


@given(special)
def test_special_networks_are_refused(address):
    assert AddressRules().refusal(EXAMPLE, str(address))


@pytest.mark.parametrize("network", SPECIAL, ids=str)
def test_special_networks_are_refused_from_end_to_end(network):
    assert not is_public(network[0])
    assert not is_public(network[-1])


@given(private_v4)
def test_carried_addresses_are_refused(inner):
    for address in carriers(inner):
        assert AddressRules().refusal(EXAMPLE, str(address))


@given(v4)
def test_a_carried_address_is_as_public_as_itself(inner):
    assert {is_public(address) for address in carriers(inner)} == {is_public(inner)}


@given(v4)
def test_teredo_is_refused_whatever_it_carries(inner):
    teredo = IPv6Address(0x20010000 << 96 | int(inner) << 64 | (~int(inner) & 0xFFFFFFFF))
    assert not is_public(teredo)


@given(st.one_of(v4, st.ip_addresses(v=6)))
def test_nothing_is_public_that_python_calls_private(address):
    if is_public(address):
        # Python does not look into what an address carries, and 64:ff9b::/96 is global.
        assert address.is_global or getattr(address, "ipv4_mapped", None)
        assert not address.is_multicast


@pytest.mark.parametrize(
    "address",
    ["93.184.216.34", "8.8.8.8", "2606:2800:21f:cb07::1", "64:ff9b::808:808", "2002:808:808::1"],
)
def test_public_addresses_are_admitted(address):
    assert AddressRules().refusal(EXAMPLE, address) is None


@pytest.mark.parametrize("address", METADATA)
def test_metadata_services_are_refused(address):
    assert AddressRules().refusal(EXAMPLE, address)


@pytest.mark.parametrize("address", ["", "localhost", "127.1", "1.2.3.4.5", "10.0.0.1/8"])
def test_what_is_no_address_is_refused(address):
    assert "is not an address" in AddressRules().refusal(EXAMPLE, address)


def test_other_schemes_are_refused():
    assert "only http" in AddressRules().refusal(Origin("ftp", "example.com", 21), "8.8.8.8")


def test_a_zone_does_not_hide_an_address():
    assert AddressRules().refusal(EXAMPLE, "fe80::1%eth0")


@given(special, st.sampled_from(["http", "https"]), st.integers(1, 65535))
def test_a_pin_holds_for_its_own_origin_and_address_alone(address, scheme, port):
    start = Origin("http", "start.example", 8000)
    rules = AddressRules().with_pin(start, [str(address)])
    assert rules.refusal(start, str(address)) is None
    other = Origin(scheme, "start.example", port)
    assume(other != start)
    assert rules.refusal(other, str(address))
    assert rules.refusal(Origin("http", "other.example", 8000), str(address))


@given(special, special)
def test_a_pinned_host_that_moves_inside_is_refused(before, after):
    start = Origin.of("http://start.example/")
    rules = AddressRules().with_pin(start, [str(before)])
    assume(after not in rules.pins[start] and not getattr(after, "ipv4_mapped", None))
    assert "did not start at" in rules.refusal(start, str(after))


def test_pins_add_up():
    start = Origin.of("http://start.example/")
    rules = AddressRules().with_pin(start, ["10.0.0.1"]).with_pin(start, ["10.0.0.2"])
    assert rules.refusal(start, "10.0.0.1") is None
    assert rules.refusal(start, "10.0.0.2") is None
    assert rules.refusal(start, "10.0.0.3")


def test_allowed_networks_admit_what_lies_in_them():
    rules = AddressRules(allowed_networks(["192.168.0.0/16", " fd00::/8 ", "10.0.0.5"]))
    for address in ("192.168.7.7", "::ffff:192.168.7.7", "fd12::1", "10.0.0.5"):
        assert rules.refusal(EXAMPLE, address) is None
    for address in ("10.0.0.6", "127.0.0.1", "fe80::1"):
        assert "outside ALLOWED_NETWORKS" in rules.refusal(EXAMPLE, address)


@pytest.mark.parametrize("value", ["localhost", "10.0.0.1/8", "10.0.0.0/33", "", "fd00::/129", "*"])
def test_a_wrong_network_is_named(value):
    with pytest.raises(SettingError, match="ALLOWED_NETWORKS") as caught:
        allowed_networks(["10.0.0.0/8", value])
    assert repr(value) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "url, text",
    [
        ("http://example.com", "http://example.com:80"),
        ("HTTPS://EXAMPLE.com/a?b#c", "https://example.com:443"),
        ("http://user:secret@example.com:8000/", "http://example.com:8000"),
        ("http://0x7f.1:8000/", "http://127.0.0.1:8000"),
        ("http://[0:0::1]/", "http://[::1]:80"),
        ("http://bücher.example/", "http://xn--bcher-kva.example:80"),
    ],
)
def test_the_origin_of_a_url(url, text):
    assert str(Origin.of(url)) == text


@pytest.mark.parametrize("url", ["ftp://example.com/", "file:///etc/passwd", "data:,x", "", "/a"])
def test_no_origin(url):
    with pytest.raises(ValueError):
        Origin.of(url)


def test_an_origin_is_the_same_in_all_spellings_of_its_address():
    spellings = ["127.0.0.1", "127.1", "0x7f000001", "2130706433", "127.0.0.1."]
    assert len({Origin("http", host, 80) for host in spellings}) == 1


@pytest.mark.parametrize(
    "host, address",
    [
        ("127.0.0.1", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("127.0.1", "127.0.0.1"),
        ("0x7f.1", "127.0.0.1"),
        ("0X7F.0x0.0.1", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("017700000001", "127.0.0.1"),
        ("0177.0.0.01", "127.0.0.1"),
        ("0", "0.0.0.0"),
        ("0x", "0.0.0.0"),
        ("4294967295", "255.255.255.255"),
        ("[::1]", "::1"),
        ("::ffff:127.0.0.1", "127.0.0.1"),
    ],
)
def test_spellings_of_addresses(host, address):
    assert literal_address(host) == ip_address(address)


@pytest.mark.parametrize(
    "host",
    [
        "example.com",
        "1.example",
        "256.1.1.1",
        "4294967296",
        "08.1",
        "1.2.3.4.5",
        "",
        "1..2",
        "9" * 5000,
    ],
)
def test_what_spells_no_address(host):
    assert literal_address(host) is None


@given(v4)
def test_every_decimal_spelling_is_read(address):
    a, b, c, d = address.packed
    number = int(address)
    for host in (
        str(address),
        str(number),
        hex(number),
        f"0{number:o}",
        f"{a}.{number & 0xFFFFFF}",
        f"{a}.{b}.{c << 8 | d}",
        f"0{a:o}.{hex(b)}.{c}.{d}.",
    ):
        assert literal_address(host) == address


@given(st.text())
def test_any_host_is_a_possible_value(host):
    literal_address(host)
    AddressRules().refusal(Origin("http", host, 80), host)
    AddressRules().named_refusal(Origin("http", host, 80))


@pytest.mark.parametrize(
    "host", ["127.1", "[::1]", "10.0.0.1", "localhost", "a.LOCALHOST", "localhost."]
)
def test_a_proxy_is_not_asked_for(host):
    assert AddressRules().named_refusal(Origin("http", host, 80))


def test_a_proxy_is_asked_for_names_and_public_addresses():
    for host in ("example.com", "8.8.8.8", "localhost.example.com"):
        assert AddressRules().named_refusal(Origin("http", host, 80)) is None
