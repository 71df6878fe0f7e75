"""``scrapy verify``: is the store what it promises to be? ``--repair`` puts right what is not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from scrapy.commands import ScrapyCommand

from imagecrawler.commands.endings import exit_code, refuse_unknown, say
from imagecrawler.coordinator.inspection.faults import Fault
from imagecrawler.coordinator.inspection.store import StoreInspection, opening_faults
from imagecrawler.coordinator.options import image_rules, store_path
from imagecrawler.storage.lock import is_held
from imagecrawler.storage.store import Store

if TYPE_CHECKING:
    import argparse


class Command(ScrapyCommand):
    """Exit codes: 0 nothing is wrong any more, 1 faults, 2 wrong argument, 3 store in use."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """Say how it is typed."""
        return "[--repair] [--json]"

    def short_desc(self) -> str:
        """Say what it is for."""
        return "Check every file of the store, and repair it"

    def long_desc(self) -> str:
        """Say what is checked and what repair may do."""
        return (
            "Read every file of the store and name those that are torn, foreign, or not what "
            "they say they are. Without --repair nothing is written, and a crawl may run. With "
            "it, what is broken goes and is fetched or visited again by the next crawl; files "
            "that are not the store's are never touched."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add ``--repair`` and ``--json``."""
        super().add_options(parser)
        parser.add_argument("--repair", action="store_true", help="put right what can be")
        parser.add_argument("--json", action="store_true", help="print JSON, for programs")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Check the store, and say what is wrong with it."""
        settings = self.settings
        assert settings is not None

        def work() -> int:
            refuse_unknown(args)
            rules = image_rules(settings)
            root = store_path(settings)
            store = Store.read(root)
            running = is_held(root) is not False
            faults = opening_faults(store)
            if opts.repair:
                store = Store.open(root, fsync=settings.getbool("STORE_FSYNC"))
            try:
                inspection = StoreInspection(store, rules, running=running and not opts.repair)
                faults += inspection.faults()
                if opts.repair:
                    _mend(faults)
                    inspection.repairs.finish()
            finally:
                store.close()
            return _tell(faults, inspection.counts, repaired=opts.repair, as_json=opts.json)

        self.exitcode = exit_code(work, store=lambda: store_path(settings))


def _mend(faults: list[Fault]) -> None:
    for fault in faults:
        if fault.mend is not None:
            fault.mend()


def _tell(faults: list[Fault], counts: dict[str, int], *, repaired: bool, as_json: bool) -> int:
    mendable = sum(fault.mend is not None for fault in faults)
    left = len(faults) - (mendable if repaired else 0)
    if as_json:
        say(json.dumps(_facts(faults, counts, repaired=repaired), indent=1))
        return 1 if left else 0
    for fault in faults:
        say(f"{fault} (done)" if repaired and fault.mend is not None else str(fault))
    looked = ", ".join(f"{number:,} {what}" for what, number in counts.items())
    say(f"Looked at {looked}: {_result(len(faults), mendable, repaired=repaired)}")
    return 1 if left else 0


def _result(found: int, mendable: int, *, repaired: bool) -> str:
    if not found:
        return "nothing is wrong."
    faults = f"{found:,} fault{'' if found == 1 else 's'}"
    if repaired:
        left = found - mendable
        return f"{faults}, {mendable:,} repaired{f', {left:,} left to you' if left else ''}."
    if mendable:
        return f"{faults}. What to type next: scrapy verify --repair (repairs {mendable:,})"
    return f"{faults}, none that can be repaired by itself."


def _facts(faults: list[Fault], counts: dict[str, int], *, repaired: bool) -> dict[str, Any]:
    listed = [
        {
            "path": fault.path,
            "what": fault.what,
            "repair": fault.repair,
            "repaired": repaired and fault.mend is not None,
        }
        for fault in faults
    ]
    left = sum(not fault["repaired"] for fault in listed)
    return {"looked_at": counts, "faults": listed, "left": left}
