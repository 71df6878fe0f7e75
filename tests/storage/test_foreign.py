"""Records and failures that another hand wrote: a crawl fetches what can be fetched."""

from __future__ import annotations

import json
from typing import Any

from imagecrawler.identity.pictures import image_id
from tests.conftest import StartSite
from tests.crawl.folders import stored
from tests.crawls import Crawls
from tests.site.spec import image, page
from tests.storage.test_seed import write


def test_records_of_another_hand_cost_only_their_own_image(site: StartSite, crawl: Crawls) -> None:
    names = ("number", "object", "mixed", "types", "refused", "timeout", "second", "good")
    running = site({"/": page(""), **{f"/{name}.jpg": image(800) for name in names}})
    root, base = crawl.store, running.url.rstrip("/")
    url = {name: f"{base}/{name}.jpg" for name in names}
    rubbish = ["", "rubbish", "file:///etc/passwd", "http://", "http://[::1", "//x/y", "\ud800"]
    known: dict[str, Any] = {
        "number": {"candidates": 5, "pages": 7, "files": 3, "page": {}},
        "object": {"candidates": {"x": 1}, "tags": 3, "follow": 3, "page_count": "x"},
        "mixed": {"candidates": [7, {"width": 3}, {"url": None}, None], "sha256": 5},
        "types": {"candidates": [{"url": url["types"], "width": [1]}], "width": "x"},
        "refused": {"candidates": [3]},
        "timeout": {"candidates": "abc"},
        "second": {"candidates": [{"url": bad} for bad in rubbish] + [{"url": url["second"]}]},
        "good": {},
    }
    for name, fields in known.items():
        key = image_id(url[name])
        write(root / "visited" / key[:4] / f"{key}.v6", {"url": url[name], **fields})
    for number, bad in enumerate(rubbish):
        write(root / "visited" / "1413" / f"141374500055{number}-46fdd2d81cd7.v3", {"url": bad})
    ledger: dict[str, Any] = {
        "refused": {"reason": "excluded", "next_try": 5, "tried": 3},
        "timeout": {"reason": "timeout", "next_try": "1999-01-01", "tried": [3], "attempts": "x"},
    }
    for name, failure in ledger.items():
        key = image_id(url[name])
        write(root / "failed" / key[:4] / f"{key}.json", failure)

    run = crawl(running.url)
    assert run.rc == 0 and "Traceback" not in run.stderr, run.stderr
    assert stored(root) == {f"/{name}.jpg" for name in names}
    kept = [json.loads(file.read_bytes()) for file in root.glob("failed/1413/*.json")]
    assert len(kept) == len(rubbish)
    assert {failure["reason"] for failure in kept} == {"bad-url", "dns"}
    requests = len(running.requests())
    assert crawl().rc == 0 and len(running.requests()) == requests
