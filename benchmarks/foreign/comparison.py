"""The store of a crawl beside what its pages reference: each address gets one verdict."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from benchmarks.foreign.truth import Reference, Truth
from benchmarks.stores import Json, StoreReading, urls_of


@dataclass(frozen=True, slots=True)
class WidthRules:
    """What the crawl was told: which widths to keep, and how small is too small."""

    widths: tuple[int, ...]
    min_width_px: int
    min_height_px: int

    def admits(self, reference: Reference) -> bool:
        """Whether an image of its size is stored at all."""
        width, height = reference.size_px
        return width >= self.min_width_px and height >= self.min_height_px

    def buckets(self, reference: Reference) -> set[str]:
        """Return the names of the width folders that an admitted image has a file in."""
        width = reference.size_px[0]
        return {str(w) for w in self.widths if w <= width} or {str(min(self.widths))}


@dataclass(slots=True)
class Verdicts:
    """Every referenced address by what became of it.

    ``found`` has a file, ``too_small`` and ``duplicate`` say so in failed/ and are so,
    ``not_wanted`` has the reason of the truth (another host, missing file, svg …) and no
    file. All others are exceptions: ``missed``, ``wrong``, ``extra``, each with its reason.
    """

    found: list[str]
    too_small: list[str]
    duplicate: list[str]
    not_wanted: Counter[str]
    missed: list[str]
    wrong: list[str]
    extra: list[str]
    untouched: int


def compare(truth: Truth, store: StoreReading, rules: WidthRules) -> Verdicts:
    """Return the verdicts on a finished crawl."""
    verdicts = Verdicts([], [], [], Counter(), [], [], [], 0)
    records, files, failures = store.records(), store.files(), store.failures()
    ids: dict[str, list[str]] = defaultdict(list)
    for image_id, record in records.items():
        for url in {_spelling(url) for url in urls_of(record)}:
            ids[url].append(image_id)
    references = {_spelling(url): reference for url, reference in truth.references.items()}
    stored = {
        references[url].sha256
        for url, holders in ids.items()
        if url in references and any(image_id in files for image_id in holders)
    }
    for url, reference in references.items():
        holders = ids[url]
        kept = [image_id for image_id in holders if image_id in files]
        reasons = [str(failures[i].get("reason")) for i in holders if i in failures]
        _judge(url, reference, holders, kept, reasons, stored, rules, verdicts)
    for record in records.values():
        if not {_spelling(url) for url in urls_of(record)} & references.keys():
            verdicts.extra.append(f"{record['url']}: no reached page references it")
    verdicts.extra += [f"{paths[0]}: no record" for i, paths in files.items() if i not in records]
    _judge_files(records, files, references, rules, verdicts)
    return verdicts


def _judge(
    url: str,
    reference: Reference,
    holders: list[str],
    kept: list[str],
    reasons: list[str],
    stored: set[str],
    rules: WidthRules,
    verdicts: Verdicts,
) -> None:
    where = f"{url} on {reference.pages[0]} ({', '.join(sorted(reference.kinds))})"
    if reference.reason is not None:
        verdicts.not_wanted[reference.reason] += 1
    elif len(holders) > 1:
        verdicts.wrong.append(f"{where}: in {len(holders)} records: {', '.join(holders)}")
    elif kept:
        verdicts.found.append(url)
    elif not holders:
        verdicts.missed.append(f"{where}: no record of it")
    elif "too-small" in reasons and not rules.admits(reference):
        verdicts.too_small.append(url)
    elif "duplicate" in reasons and reference.sha256 in stored:
        verdicts.duplicate.append(url)
    else:
        verdicts.missed.append(f"{where}: {', '.join(reasons) or 'wanted, not fetched'}")


def _judge_files(
    records: dict[str, Json],
    files: dict[str, list[Path]],
    references: dict[str, Reference],
    rules: WidthRules,
    verdicts: Verdicts,
) -> None:
    """Look at every stored file: the right folders, the right bytes, each content once."""
    contents: dict[str, str] = {}
    for image_id, paths in files.items():
        record = records.get(image_id)
        source = record and references.get(_spelling(record.get("fetched_url") or record["url"]))
        if not source or source.path is None:
            continue
        if not rules.admits(source):
            verdicts.wrong.append(f"{source.url}: {source.size_px} is too small, and it is kept")
        folders = {path.parent.parent.name for path in paths}
        if folders != rules.buckets(source) or len(folders) != len(paths):
            verdicts.wrong.append(f"{source.url}: {source.size_px} lies in {sorted(folders)}")
        smallest = next((p for p in paths if p.parent.parent.name == str(min(rules.widths))), None)
        if smallest is None:
            continue
        content = hashlib.sha256(smallest.read_bytes()).hexdigest()
        if content in contents:
            verdicts.wrong.append(f"{source.url}: same bytes as {contents[content]}")
        contents[content] = source.url
        if source.size_px[0] <= min(rules.widths):
            # No wider than the folder: its bytes are to be stored as they came.
            verdicts.untouched += content == source.sha256
            if content != source.sha256:
                verdicts.wrong.append(f"{source.url}: re-encoded without need")


def _spelling(url: str) -> str:
    # lxml and the URL standard escape differently; as text both are the same.
    return unquote(url)
