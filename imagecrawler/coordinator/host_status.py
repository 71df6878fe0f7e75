"""What each host has left to ask for, what it waits for, and why: beside any running crawl."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from imagecrawler.coordinator.choosing import RenditionChoice
from imagecrawler.coordinator.host_budgets import HostBudgets, next_day
from imagecrawler.coordinator.page_states import PageStates
from imagecrawler.coordinator.rests import HOSTS, Rest, hosts_from_json
from imagecrawler.coordinator.run import HostLimits
from imagecrawler.identity.urls import host_name
from imagecrawler.imaging.widths import Bucket, smallest_bucket
from imagecrawler.storage import instants
from imagecrawler.storage.id_keys import id_key
from imagecrawler.storage.key_table import KeyTable
from imagecrawler.storage.store import Store


@dataclass(slots=True)
class HostStatus:
    """One host. Instants are microseconds; ``retries`` have failed and are tried again."""

    host: str
    pages: int = 0
    images: int = 0
    retries: int = 0
    next_retry: int | None = None
    delay_seconds: float = 0.0
    waits: list[Rest] = field(default_factory=list)

    @property
    def work(self) -> int:
        """How much is left to ask for."""
        return self.pages + self.images + self.retries

    def add_retry(self, due: int) -> None:
        """Count a page or image that is tried again at ``due``."""
        self.retries += 1
        self.next_retry = due if self.next_retry is None else min(due, self.next_retry)

    def to_json(self) -> dict[str, Any]:
        """Return it for programs."""
        return {
            "host": self.host,
            "pages": self.pages,
            "images": self.images,
            "retries": self.retries,
            "next_retry": _instant(self.next_retry),
            "crawl_delay_seconds": self.delay_seconds or None,
            "waits": [{"until": _instant(rest.until), "why": rest.why} for rest in self.waits],
        }


def host_status(
    store: Store, widths: Sequence[Bucket], limits: HostLimits, *, now: int
) -> Iterator[HostStatus]:
    """Yield the hosts that have something left, those with the most first.

    Held in memory are the hosts and the keys of pages; queue files and records of wanted images
    are read one by one. ``now`` is in microseconds.
    """
    hosts: dict[str, HostStatus] = {}
    _count_pages(store, hosts)
    _count_images(store, widths, hosts)
    rests, delays = hosts_from_json(store.cache.read(HOSTS))
    for host, why in HostBudgets(limits, store.spending).read(now).items():
        _of(hosts, host).waits.append(Rest(next_day(now), why))
    for host, rest in rests.items():
        status = hosts.get(host)
        if status is not None and rest.until > now and not status.waits:
            status.waits.append(rest)
    for host, status in hosts.items():
        status.delay_seconds = delays.get(host, 0.0)
    left = (status for status in hosts.values() if status.work)
    yield from sorted(left, key=lambda status: (-status.work, status.host))


def host_lines(hosts: Iterable[HostStatus], *, now: int) -> Iterator[str]:
    """Yield one line for each host, and more for what it waits for."""
    for status in hosts:
        counts = [(status.pages, "page"), (status.images, "image"), (status.retries, "retry")]
        said = ", ".join(_number(number, noun) for number, noun in counts if number)
        yield f"{status.host}: {said}"
        for rest in status.waits:
            yield f"    waits until {_moment(rest.until)}: {rest.why}"
        if status.delay_seconds:
            yield f"    one request in {status.delay_seconds:g} s: its Crawl-delay"
        if status.next_retry is not None:
            due = "now" if status.next_retry <= now else f"at {_moment(status.next_retry)}"
            yield f"    the first retry is due {due}"


def _count_pages(store: Store, hosts: dict[str, HostStatus]) -> None:
    states = PageStates(store)
    left = states.pages_left()
    for host, number in left.hosts.items():
        _of(hosts, host).pages = number
    for key, (due, where) in states.log.retries.items():
        line = store.pages.read(where) if key not in left.keys else None
        if line is not None and isinstance(url := line.get("url"), str):
            _of(hosts, host_name(url)).add_retry(due)


def _count_images(store: Store, widths: Sequence[Bucket], hosts: dict[str, HostStatus]) -> None:
    store.failed.load()
    store.visited.load(repair=False)
    choice = RenditionChoice(widths)
    stored = store.downloaded.ids(str(smallest_bucket(widths))).table.arrays()[0]
    visited = store.visited.extensions
    without_files = np.setdiff1d(visited.table.arrays()[0], stored, assume_unique=True)
    wanted = KeyTable.of(without_files)
    for key in visited:
        if id_key(key) not in wanted:
            continue
        failure = store.failed.read(key) if key in store.failed.ids else None
        due = instants.from_text((failure or {}).get("next_try"))
        if failure is not None and due is None:
            continue
        record = store.visited.read(key)
        if record is None:
            continue
        tried = [url for url in (failure or {}).get("tried") or () if isinstance(url, str)]
        following = choice.next(record, stored=False, tried=tried)
        status = _of(hosts, host_name(following.url if following else record["url"]))
        if due is None:
            status.images += 1
        else:
            status.add_retry(due)


def _of(hosts: dict[str, HostStatus], host: str) -> HostStatus:
    if host not in hosts:
        hosts[host] = HostStatus(host)
    return hosts[host]


def _number(number: int, noun: str) -> str:
    plural = {"retry": "retries"}.get(noun, f"{noun}s")
    return f"{number:,} {noun if number == 1 else plural}"


def _instant(micros: int | None) -> str | None:
    return None if micros is None else instants.to_text(micros)


def _moment(micros: int) -> str:
    return f"{instants.to_text(micros)[:19].replace('T', ' ')} UTC"
