"""Forbidden addresses are refused before a socket opens, whatever way leads to them."""

from __future__ import annotations

import asyncio

import pytest

from imagecrawler.handlers.guard import AddressGuard
from imagecrawler.security.addresses import AddressRules, Origin

LOOPBACK_SPELLINGS = [
    "localhost",
    "LOCALHOST",
    "localhost.",
    "127.0.0.1",
    "127.0.0.1.",
    "127.1",
    "127.255.255.254",
    "0",
    "0.0.0.0",
    "0x7f.1",
    "0x7f000001",
    "2130706433",
    "017700000001",
    "0177.0.0.01",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "１２７.０.０.１",
    "①②⑦.0.0.1",
    "inside.example",
    "inside.example.",
    "mapped.example",
    "both.example",
    "user@127.0.0.1",
    "good.example@127.0.0.1",
]
# Whether a dot at the end is a name is up to the C library; Twisted takes credentials for a
# part of the name.
NOT_EVERYWHERE_A_NAME = {
    "localhost.",
    "127.0.0.1.",
    "user@127.0.0.1",
    "good.example@127.0.0.1",
}
NAMES = {
    "inside.example": ["127.0.0.1"],
    "inside.example.": ["127.0.0.1"],
    "mapped.example": ["::ffff:127.0.0.1"],
    "both.example": ["::1", "127.0.0.1"],
}


def test_no_spelling_of_a_private_address_opens_a_socket(crawl, site):
    urls = [f"http://{host}:{site.port}/" for host in LOOPBACK_SPELLINGS]

    run = crawl(urls=urls, names=NAMES)

    assert site.connections == []
    assert set(run.results) == set(urls)
    errors = {
        host: run.results[url].get("error")
        for host, url in zip(LOOPBACK_SPELLINGS, urls, strict=True)
    }
    unnamed = {host: error for host, error in errors.items() if error != "BlockedAddressError"}
    assert set(unnamed) <= NOT_EVERYWHERE_A_NAME
    assert set(unnamed.values()) <= {"CannotResolveHostError", "ValueError"}


def test_the_server_would_have_answered(crawl, site):
    """The refusals above mean something only if the spellings do lead to the server."""
    hosts = ["localhost", "127.1", "0x7f.1", "2130706433", "[::1]", "[::ffff:127.0.0.1]", "0"]
    urls = [f"http://{host}:{site.port}/" for host in [*hosts, "inside.example"]]

    run = crawl(
        urls=urls,
        names=NAMES,
        settings={"ALLOWED_NETWORKS": ["127.0.0.0/8", "::1", "0.0.0.0"]},
    )

    assert {url: result.get("status") for url, result in run.results.items()} == dict.fromkeys(
        urls, 200
    )
    # The client says the host as the URL does (RFC 9110, section 7.2).
    assert {request["host"] for request in site.requests} == {
        f"{host}:{site.port}" for host in [*hosts, "inside.example"]
    }


def test_a_start_origin_is_admitted_and_nothing_beside_it(crawl, site, other_site):
    start = f"http://127.0.0.1:{site.port}/"
    others = [
        f"http://127.0.0.1:{other_site.port}/",
        f"http://localhost:{site.port}/",
        f"https://127.0.0.1:{site.port}/",
        f"http://[::1]:{site.port}/",
    ]

    run = crawl(urls=[start, *others], pins=[start])

    assert run.results[start]["status"] == 200
    assert len(site.connections) == 1
    assert other_site.connections == []
    assert {run.results[url]["error"] for url in others} == {"BlockedAddressError"}


def test_a_start_name_is_pinned_to_the_addresses_it_had(crawl, site):
    """DNS rebinding: the name was public at the start and points inside later."""
    start = f"http://rebind.example:{site.port}/"

    run = crawl(
        urls=[start],
        pins=[start],
        names={"rebind.example": [["93.184.216.34"], ["127.0.0.1"]]},
        settings={"DNSCACHE_ENABLED": False},
    )

    assert run.pinned == [["93.184.216.34"]]
    assert run.results[start]["error"] == "BlockedAddressError"
    assert "did not start at" in run.results[start]["message"]
    assert site.connections == []


def test_a_private_start_name_is_admitted_at_its_own_address(crawl, site):
    start = f"http://intranet.example:{site.port}/"

    run = crawl(urls=[start], pins=[start], names={"intranet.example": ["127.0.0.1"]})

    assert run.results[start]["status"] == 200
    assert site.requests == [{"path": "/", "host": f"intranet.example:{site.port}"}]


def test_only_the_admitted_addresses_of_a_name_are_connected_to(crawl, site):
    url = f"http://mixed.example:{site.port}/"

    run = crawl(
        urls=[url],
        names={"mixed.example": ["127.0.0.1", "::1"]},
        settings={"ALLOWED_NETWORKS": "::1/128"},
    )

    assert run.results[url]["address"] == "::1"
    assert site.connections == ["::1"]


@pytest.mark.parametrize("target", ["127.0.0.1", "inside.example", "[::ffff:127.0.0.1]"])
def test_redirects_are_checked(crawl, site, other_site, target):
    start = f"http://127.0.0.1:{site.port}/redirect?to=http%3A//{target}%3A{other_site.port}/in"

    run = crawl(urls=[start], pins=[start], names=NAMES)

    assert run.results[start]["error"] == "BlockedAddressError"
    assert len(site.requests) == 1
    assert other_site.connections == []


def test_robots_requests_are_checked(crawl, site):
    url = f"http://inside.example:{site.port}/page"

    run = crawl(urls=[url], names=NAMES, settings={"ROBOTSTXT_OBEY": True})

    assert run.results[url]["error"] == "BlockedAddressError"
    assert site.connections == []
    assert "robotstxt/request_count" in run.stats


def test_robots_of_a_redirect_target_are_checked(crawl, site, other_site):
    start = f"http://127.0.0.1:{site.port}/redirect?to=http%3A//127.0.0.1%3A{other_site.port}/in"

    run = crawl(urls=[start], pins=[start], settings={"ROBOTSTXT_OBEY": True})

    assert run.results[start]["error"] == "BlockedAddressError"
    assert site.paths() == ["/robots.txt", start.partition(str(site.port))[2]]
    assert other_site.connections == []


def test_https_keeps_its_name_and_its_host_header(crawl, secure_site):
    url = f"https://secure.example:{secure_site.port}/"

    run = crawl(urls=[url], pins=[url], names={"secure.example": ["127.0.0.1"]})

    assert run.results[url]["status"] == 200
    assert secure_site.server_names == ["secure.example"]
    assert secure_site.requests == [{"path": "/", "host": f"secure.example:{secure_site.port}"}]


def test_names_at_one_address_do_not_share_connections(crawl, secure_site):
    """Two hosts on one server: each has its own connection, checked for itself."""
    urls = [f"https://{name}.example:{secure_site.port}/" for name in ("a", "b", "a", "b")]

    run = crawl(
        urls=[f"{url}{number}" for number, url in enumerate(urls)],
        pins=urls,
        names={"a.example": ["127.0.0.1"], "b.example": ["127.0.0.1"]},
        settings={"CONCURRENT_REQUESTS": 1},
    )

    assert {result["status"] for result in run.results.values()} == {200}
    assert sorted(secure_site.server_names) == ["a.example", "b.example"]


def test_other_schemes_have_no_handler(crawl, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("x")
    urls = [secret.as_uri(), "data:,x"]

    run = crawl(urls=urls)

    assert {result["error"] for result in run.results.values()} == {"NotSupported"}
    assert len(run.results) == 2


def test_a_proxy_is_not_asked_for_what_is_seen_to_be_private(crawl, site):
    hosts = ["127.0.0.1", "127.1", "0x7f.1", "[::1]", "10.0.0.1", "localhost", "a.localhost."]
    private = [f"{scheme}://{host}:81/" for host in hosts for scheme in ("http", "https")]
    public = "http://public.example/"

    run = crawl(
        urls=[*private, public],
        settings={"HTTPPROXY_ENABLED": True},
        env=dict.fromkeys(["http_proxy", "https_proxy"], f"http://127.0.0.1:{site.port}"),
    )

    assert {run.results[url].get("error") for url in private} == {"BlockedAddressError"}
    assert site.requests == [{"path": public, "host": "public.example"}]
    assert run.log.count("A proxy is set") == 1


def test_the_addresses_a_user_types_to_fetch_are_admitted(scrapy_command, site):
    done = scrapy_command("fetch", f"http://127.0.0.1:{site.port}/page")

    assert "here" in done.stdout, done.stderr
    assert site.paths() == ["/robots.txt", "/page"]


def test_what_a_typed_address_redirects_to_is_not(scrapy_command, site, other_site):
    to = f"http%3A//127.0.0.1%3A{other_site.port}/in"

    done = scrapy_command("fetch", f"http://127.0.0.1:{site.port}/redirect?to={to}")

    assert "BlockedAddressError" in done.stderr
    assert len(site.requests) == 2
    assert other_site.connections == []


def test_the_addresses_a_user_types_to_the_shell_are_admitted(scrapy_command, site, other_site):
    to = f"http%3A//127.0.0.1%3A{other_site.port}/in"
    url = f"http://127.0.0.1:{site.port}"

    good = scrapy_command("shell", f"{url}/page", "-c", "response.status")
    bad = scrapy_command("shell", f"{url}/redirect?to={to}", "-c", "response.status")

    assert good.stdout.strip() == "200", good.stderr
    assert "BlockedAddressError" in bad.stderr
    assert other_site.connections == []


def test_a_spider_without_a_start_has_no_such_trust(scrapy_command, site, tmp_path):
    (tmp_path / "plain.py").write_text(
        "import scrapy\n"
        "class Plain(scrapy.Spider):\n"
        "    name = 'plain'\n"
        f"    start_urls = ['http://127.0.0.1:{site.port}/']\n"
    )

    done = scrapy_command("runspider", "plain.py")

    assert "BlockedAddressError" in done.stderr
    assert site.connections == []


def test_the_names_of_all_starts_are_looked_up_at_once(monkeypatch):
    """One that nobody answers for takes its whole time, and so would each behind it."""
    names = [f"{number}.example" for number in range(40)]

    async def pinned():
        all_asked = asyncio.Barrier(len(names))

        async def lookup(host, port):
            await all_asked.wait()
            return ["10.0.0.1"]

        monkeypatch.setattr("imagecrawler.handlers.guard.addresses_of", lookup)
        guard = AddressGuard(AddressRules())
        await guard.pin_starts([f"http://{name}/" for name in names])
        return guard

    guard = asyncio.run(pinned())
    for name in names:
        assert guard.admitted(Origin("http", name, 80), ["10.0.0.1"]) == ["10.0.0.1"]
