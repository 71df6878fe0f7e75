"""What a crawl left in the folders of its store, read as a person with a file manager would."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.site.running import Site


def lines(store: Path) -> list[dict[str, Any]]:
    """Return every line of pages/, oldest first."""
    files = sorted((store / "pages").glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text().splitlines()]


def pages(store: Path) -> dict[str, dict[str, Any]]:
    """Return the last line of every page, by its path and query."""
    return {path_of(line["url"]): line for line in lines(store)}


def records(store: Path) -> dict[str, dict[str, Any]]:
    """Return every record, by the path and query of its ``url``."""
    found = (json.loads(file.read_text()) for file in (store / "visited").glob("*/*"))
    return {path_of(record["url"]): record for record in found}


def failures(store: Path) -> dict[str, dict[str, Any]]:
    """Return the ledger, by the path and query of the URL that was last tried."""
    found = (json.loads(file.read_text()) for file in (store / "failed").glob("*/*.json"))
    return {path_of(failure["url"]): failure for failure in found}


def reasons(store: Path) -> dict[str, str]:
    """Return why images have no file: path and query to reason."""
    return {path: failure["reason"] for path, failure in failures(store).items()}


def stored(store: Path, bucket: str = "600") -> set[str]:
    """Return the paths of the images that have a file in a bucket."""
    ids = {file.stem for file in (store / "downloaded" / bucket).glob("*/*")}
    files = (store / "visited").glob("*/*")
    return {
        path_of(json.loads(file.read_text())["url"])
        for file in files
        if file.name.partition(".")[0] in ids
    }


def queued(store: Path) -> set[str]:
    """Return the paths of the pages in queue/."""
    found = [json.loads(file.read_text()) for file in (store / "queue").glob("*/*.json")]
    values = [value for batch in found for value in batch.values()]
    return {path_of(value if isinstance(value, str) else value["url"]) for value in values}


def asked(site: Site, *, host: int | None = None, since: int = 0) -> list[str]:
    """Return the paths that were asked for, in order, without robots.txt.

    ``since`` leaves out so many of the journal's first requests.
    """
    paths = [request.path for request in site.requests()[since:] if host in (None, request.host)]
    return [path for path in paths if path != "/robots.txt"]


def path_of(url: str) -> str:
    """Return the path and query of a URL, which is what a site's routes are named by."""
    return "/" + url.split("/", 3)[3] if url.count("/") > 2 else "/"
