"""What a crawl was told and promised so far, beside the coordinator: it knows no better way.

`Model` follows leases and their ends through all processes of one crawl; the functions below
it look at nothing but the folders.
"""

from __future__ import annotations

import json
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from imagecrawler.coordinator.choosing import RenditionChoice
from imagecrawler.coordinator.contract import Failed, GivenBack, Lease, Rendered
from imagecrawler.coordinator.inspection.store import StoreInspection
from imagecrawler.coordinator.page_states import PageStates
from imagecrawler.identity.urls import host_name, page_key
from imagecrawler.imaging.rules import ImageRules
from imagecrawler.imaging.widths import smallest_bucket
from imagecrawler.storage import instants
from imagecrawler.storage.queue import Batch
from imagecrawler.storage.store import Store
from tests.coordinator import web
from tests.coordinator.process import Process

# What may be handed out; what may not because it is done, or not yet because it waits.
OPEN, DONE, LATER = "open", "done", "later"
NEAR_SECONDS = 60.0
FAR_SECONDS = 100_000.0
CRASHES_BEFORE_ALONE = 3

_LINKS = {page_key(url): url for url in web.LINKS}


def name_of(lease: Lease) -> str:
    return f"{lease.kind} {lease.key}"


class Model:
    """Every lease of one crawl, over all its processes."""

    def __init__(self) -> None:
        self.out: dict[str, Lease] = {}
        self.state: dict[str, str] = {}
        self.failed_with: dict[str, set[str]] = defaultdict(set)
        self.deaths: Counter[str] = Counter()
        self.dropped: set[str] = set()
        self._set_aside: dict[str, Lease] = {}
        self._settled_for: dict[str, tuple[Any, ...]] = {}
        self._place: dict[str, tuple[int, int]] = {}
        self._overtaken: dict[str, set[str]] = {}
        self._given_back: set[str] = set()

    # -- one lease -------------------------------------------------------------------------

    def handed_out(self, process: Process, lease: Lease, waiting_hosts: set[str]) -> None:
        """Check a hand-out; ``waiting_hosts`` had pages and room when it was made."""
        name = name_of(lease)
        assert name not in self.out, f"{name} is handed out twice at the same time"
        assert host_name(lease.entry["url"]) not in self.dropped, f"{name} was taken out"
        state = self.state.get(name, OPEN)
        if state != OPEN:
            assert lease.kind == "image", f"{name} {lease.url} is {state}"
            assert state == DONE, f"{name} {lease.url} is {state}"
            settled_for = self._settled_for.get(name)
            again = lease.entry.get("upgrade") or settled_for != tuple(process.rules.widths)
            assert settled_for is not None, f"{name} failed for good"
            assert again, f"{name} is stored"
        self._check_suspects(name)
        self.out[name] = lease
        kinds = Counter(held.kind for held in self.out.values())
        assert max(kinds.values()) <= process.rules.concurrency, kinds
        if lease.kind == "page" and self.deaths[name] < CRASHES_BEFORE_ALONE:
            self._check_order(name, lease)
            self._check_turns(lease.host, waiting_hosts)

    def _check_suspects(self, name: str) -> None:
        assert self.deaths[name] <= CRASHES_BEFORE_ALONE, f"{name} died alone"
        often = [n for n in (name, *self.out) if self.deaths[n] == CRASHES_BEFORE_ALONE]
        assert not often or not self.out, f"{often} run alone"

    def _check_order(self, name: str, lease: Lease) -> None:
        if not isinstance(lease.token, Batch) or name in self._given_back:
            return
        keys = [page_key(_url(e)) for e in json.loads(Path(lease.token.path).read_bytes()).values()]
        place = (lease.token.instant, keys.index(lease.key))
        assert place > self._place.get(lease.host, (0, 0)), f"{lease.url} overtook another"
        self._place[lease.host] = place

    def _check_turns(self, host: str, waiting_hosts: set[str]) -> None:
        """No host has two turns while another one waits for its first."""
        self._overtaken.pop(host, None)
        for other in waiting_hosts - {host}:
            turns = self._overtaken.setdefault(other, set())
            assert host not in turns, f"{host} has another turn before {other}"
            turns.add(host)
        for other in self._overtaken.keys() - waiting_hosts:
            del self._overtaken[other]

    def acknowledged(self, process: Process) -> None:
        """Take note of the leases that the coordinator holds no longer."""
        leased = process.coordinator.leased
        for name, lease in list(self.out.items()):
            if leased.get(name) is not lease:
                del self.out[name]
                self._ended(process, name, lease)
        for name, lease in list(self._set_aside.items()):
            if leased.get(name) is not lease:
                del self._set_aside[name]
                self._ended(process, name, lease)

    def _ended(self, process: Process, name: str, lease: Lease) -> None:
        outcome = lease.outcome
        self.deaths.pop(name, None)
        self.state[name] = DONE
        if isinstance(outcome, GivenBack):
            self.state[name] = OPEN
            self._given_back.add(name)
        elif isinstance(outcome, Failed) and outcome.wait_seconds is not None:
            self.state[name] = LATER if outcome.wait_seconds > NEAR_SECONDS else OPEN
        elif isinstance(outcome, Rendered) or name in self._settled_for:
            self._settled_for[name] = tuple(process.rules.widths)

    def queued_again(self, url: str) -> None:
        self.state["page " + page_key(url)] = OPEN

    # -- processes -------------------------------------------------------------------------

    def killed(self, process: Process | None) -> None:
        """Take note of a death; what is on disk of its work is not known yet."""
        leased = process.coordinator.leased if process is not None else {}
        for name in leased:
            self.deaths[name] += 1
            if self.deaths[name] == CRASHES_BEFORE_ALONE + 1:
                others = [n for n in self.out if n != name]
                assert not others, f"{name} did not run alone, but with {others}"
        for name in self.out.keys() - leased.keys():
            self.deaths.pop(name, None)
        self.ended_process()

    def ended_process(self) -> None:
        self.state.update(dict.fromkeys([*self.out, *self._set_aside], OPEN))
        self.out = {}
        self._set_aside = {}
        self._place = {}
        self._overtaken = {}
        self._given_back = set()

    def opened(self, process: Process, root: Path) -> None:
        """Check what a process that has opened the store makes of it."""
        for lease in process.coordinator._leases.suspects.crashed:
            assert self.deaths[name_of(lease)] > CRASHES_BEFORE_ALONE, f"{lease.url} is no killer"
            self._set_aside[name_of(lease)] = lease
            self.failed_with[name_of(lease)].add("crashed")
        self._learn_from(Store.read(str(root)), process.rules.smallest)
        if process.rules.revisit_seconds is not None:
            self.queued_for_revisit()

    def queued_for_revisit(self) -> None:
        pages = [name for name in self.state if name.startswith("page ")]
        self.state.update({name: OPEN for name in pages if self.state[name] == DONE})

    def _learn_from(self, store: Store, smallest: str) -> None:
        """What was open may have ended on disk before a death: then it has ended."""
        states = PageStates(store)
        queued = {key for _, left in states.queued() for key, _ in left or ()}
        stored = store.downloaded.ids(smallest)
        for name, state in self.state.items():
            kind, _, key = name.partition(" ")
            if state != OPEN:
                continue
            if kind == "page":
                self.state[name] = _page_state(states, queued, int(key, 16))
            elif key not in stored and (failure := store.failed.read(key)) is not None:
                self.state[name] = _due_state(instants.from_text(failure.get("next_try")))
            if self.state[name] == DONE:
                self.deaths.pop(name, None)

    def retried(self) -> None:
        """`scrapy retry` made all that failed due again."""
        for name, reasons in self.failed_with.items():
            if not reasons:
                continue
            if name in self._settled_for:
                self._settled_for[name] = ()  # a file that it lacks may have failed for good
            else:
                self.state[name] = OPEN


def _page_state(states: PageStates, queued: set[int], key: int) -> str:
    if key in queued or not states.log.has_ended(key):
        return OPEN
    due, _ = states.log.retries.get(key, (None, None))
    return _due_state(due)


def _due_state(due: int | None) -> str:
    if due is None:
        return DONE
    return LATER if due > _now() + NEAR_SECONDS * 1e6 else OPEN


def _now() -> int:
    return time.time_ns() // 1000


def _url(value: Any) -> str:
    return str(value if isinstance(value, str) else value["url"])


# -- the folders alone -------------------------------------------------------------------------


def last_lines(root: Path) -> dict[str, dict[str, Any]]:
    lines: dict[str, dict[str, Any]] = {}
    for path in sorted((root / "pages").glob("*.jsonl")):
        for raw in path.read_bytes().splitlines():
            line = json.loads(raw)
            lines[line["key"]] = line
    return lines


def queued_urls(root: Path) -> set[str]:
    batches = [json.loads(path.read_bytes()) for path in (root / "queue").glob("*/*")]
    return {_url(value) for batch in batches for value in batch.values()}


def records(root: Path) -> dict[str, dict[str, Any]]:
    paths = [*(root / "visited").glob("*/*")]
    found = {path.name.partition(".")[0]: json.loads(path.read_bytes()) for path in paths}
    assert len(found) == len(paths)
    return found


def check_promises(root: Path, widths: tuple[Any, ...], dropped: set[str]) -> None:
    """A page that ended well has its images and links on disk; and nothing is broken."""
    lines, known = last_lines(root), records(root)
    reached = {_LINKS[key] for key in lines} | queued_urls(root)
    for line in lines.values():
        if line.get("error") is not None:
            continue
        if line["status"] == 301:
            assert line["redirect"] in reached or host_name(line["redirect"]) in dropped
            continue
        links = {url for url in web.LINKS[line["url"]] if host_name(url) not in dropped}
        assert links <= reached, f"links of {line['url']} are lost"
        assert set(line["images"]) <= known.keys()
        for picture in web.pictures_of(line["url"]):
            urls = {candidate.url for candidate in picture.candidates}
            shown = [known[key] for key in line["images"]]
            assert any(urls <= _candidates(record) for record in shown), picture
    faults = _faults(root, widths)
    assert not faults, faults


def _candidates(record: dict[str, Any]) -> set[str]:
    return {entry["url"] for entry in record["candidates"]}


def _faults(root: Path, widths: tuple[Any, ...]) -> list[str]:
    store = Store.read(str(root))
    return [str(f) for f in StoreInspection(store, ImageRules(widths), running=False).faults()]


def check_nothing_is_left(root: Path, widths: tuple[Any, ...]) -> None:
    """Every page has ended, every image is stored or failed; what waits waits for long."""
    assert queued_urls(root) == set()
    now = _now() + NEAR_SECONDS * 1e6
    for line in last_lines(root).values():
        due = instants.from_text(line.get("next_try"))
        assert due is None or due > now, line
    smallest, choice = str(smallest_bucket(widths)), RenditionChoice(widths)
    stored = {path.stem for path in (root / "downloaded" / smallest).glob("*/*")}
    failures = {p.stem: json.loads(p.read_bytes()) for p in (root / "failed").glob("*/*")}
    known = records(root)
    assert stored.isdisjoint(failures)
    assert stored | failures.keys() == known.keys()
    upgrades = [r for r in known.values() if r.get("upgrade")]
    # What a run for other widths has wanted is no business of this one.
    tried = [record["upgrade"] for record in upgrades if record["upgrade"] is not True]
    for record in (r for r in upgrades if r["upgrade"] is True):
        assert choice.next(record, stored=True) is None, record
    for waiting in [*failures.values(), *tried]:
        due = instants.from_text(waiting["next_try"])
        assert due is None or due > now, waiting


def check_end(root: Path, model: Model, starts: list[str]) -> None:
    """Every page that can be reached was visited, or failed as it was told to."""
    lines, known = last_lines(root), records(root)
    to_see, seen = list(starts), set()
    while to_see:
        url = to_see.pop()
        if url in seen or host_name(url) in model.dropped:
            continue
        seen.add(url)
        line = lines[page_key(url)]
        if (error := line.get("error")) is not None:
            assert error in model.failed_with["page " + line["key"]], line
        elif "redirect" in line:
            to_see.append(line["redirect"])
        else:
            to_see += web.LINKS[url]
            for key in line["images"]:
                assert url in known[key]["pages"]
    for record in known.values():
        assert record["page_count"] == len(record["pages"])
