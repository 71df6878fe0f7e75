"""The browser's proxy as a process of its own, for tests that speak to it as a browser does.

``proxying.py JOB`` with JOB a JSON object: ``allowed`` networks, ``pins`` (an origin's URL to its
addresses), ``names`` that the resolver knows, ``upstream`` (host, port, password).
Prints the port, then what it notes.
"""

import json
import sys

from scrapy.utils.reactor import install_reactor

install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")

from twisted.internet import reactor  # noqa: E402

from imagecrawler.handlers.guard import AddressGuard  # noqa: E402
from imagecrawler.handlers.proxy import FilteringProxy, Upstream  # noqa: E402
from imagecrawler.handlers.resolver import CachingNameResolver, system_lookup  # noqa: E402
from imagecrawler.security.addresses import (  # noqa: E402
    AddressRules,
    Origin,
    allowed_networks,
)


def main(job):
    names = job.get("names", {})
    resolver = CachingNameResolver(
        reactor,
        cache_entries=0,
        timeout_seconds=10,
        lookup=lambda name: names.get(name) or system_lookup(name),
    )
    resolver.install_on_reactor()
    guard = AddressGuard(AddressRules(allowed_networks(job.get("allowed", ()))))
    for url, addresses in job.get("pins", {}).items():
        guard.pin(Origin.of(url), addresses)
    way = job.get("upstream")
    proxy = FilteringProxy(
        guard,
        timeout_seconds=5,
        note=lambda event, number: print(event, number, flush=True),
        upstream=lambda _: Upstream(way[0], way[1], way[2].encode()) if way else None,
    )
    reactor.callWhenRunning(lambda: print(proxy.start(), flush=True))
    reactor.run()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
