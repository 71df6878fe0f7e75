"""``scrapy crawl``: Scrapy's command, with wrong input refused in one line and exit codes."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NoReturn

from scrapy.commands.crawl import Command as CrawlCommand
from scrapy.settings import SETTINGS_PRIORITIES
from scrapy.utils.project import get_project_settings

from imagecrawler.commands.hangup import print_error_if_heard, print_if_heard, stop_on_hangup
from imagecrawler.commands.setting_kinds import check_kinds
from imagecrawler.coordinator.options import image_rules, proxy_url, run_rules, store_path
from imagecrawler.coordinator.run import Limits
from imagecrawler.coordinator.site_files import login_state, site_headers
from imagecrawler.exceptions import ImageCrawlerError, UnsupportedSystemError
from imagecrawler.extensions.summary_text import summary_text
from imagecrawler.policies.filters import UrlFilter
from imagecrawler.security.addresses import allowed_networks
from imagecrawler.spiders.arguments import parse_arguments
from imagecrawler.spiders.browser_check import check_browser
from imagecrawler.spiders.hub_callbacks import callback_place
from imagecrawler.storage.store import preflight, read_summary

if TYPE_CHECKING:
    import argparse

    from scrapy.settings import BaseSettings

# So many more objects than at the last look: some megabytes at most, a few hundred requests.
_COLLECTED_AT = 20_000

_REMOTE_CONTROL = "scrapy.extensions.remote_control.RemoteControl"

OUR_SPIDERS = ("site", "download", "feed")


class Command(CrawlCommand):
    """Exit codes: 0 finished or stopped, 1 fatal, 2 wrong argument or setting, 3 store in use."""

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Check arguments, settings and store before anything else is started."""
        super().process_options(args, opts)
        if args[:1] and args[0] in OUR_SPIDERS:
            assert self.settings is not None
            try:
                check(self.settings, args[0], opts.spargs)
            except ImageCrawlerError as error:
                _refuse(error, log_file=self.settings.get("LOG_FILE"))
            leave_out_remote_control(self.settings)
            self._quieten_terminal()

    def _quieten_terminal(self) -> None:
        """Leave a terminal to the live progress, unless the user asked for a log level."""
        settings = self.settings
        assert settings is not None
        asked = (settings.getpriority("LOG_LEVEL") or 0) > SETTINGS_PRIORITIES["project"]
        if sys.stderr.isatty() and not asked and not settings.get("LOG_FILE"):
            settings.set("LOG_LEVEL", "WARNING", priority="project")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Run one crawl and end with its exit code."""
        if args[:1] not in [[name] for name in OUR_SPIDERS] or len(args) > 1:
            super().run(args, opts)
            return
        assert self.crawler_process is not None
        crawler = self._create_crawler(args[0])
        self.crawler_process.crawl(crawler, **opts.spargs)
        stop_on_hangup(crawler)
        _spare_the_collector()
        self.crawler_process.start()
        stats = crawler.stats
        if error := stats.get_value("run/error"):
            print_error_if_heard(error)
        self.exitcode = int(stats.get_value("run/exit_code", 0))
        if self.crawler_process.bootstrap_failed:
            self.exitcode = self.exitcode or 1
        if stats.get_value("run/summarised"):
            default_store = store_path(get_project_settings())
            found = read_summary(store_path(crawler.settings))
            print_if_heard(summary_text(found, default_store=default_store), sys.stdout)


def _refuse(error: ImageCrawlerError, *, log_file: str | None) -> NoReturn:
    """Say why nothing is crawled, and end.

    Scrapy opens the log file later; the log is all that scrapyd shows of a job.
    """
    line = f"imagecrawler: {error}"
    print(line, file=sys.stderr)
    if log_file:
        with suppress(OSError), open(log_file, "a", encoding="utf-8") as log:
            log.write(f"{line}\n")
    sys.exit(error.exit_code)


def _spare_the_collector() -> None:
    """Have cyclic garbage looked for less often, and never among what is imported.

    A request leaves some cycles and hundreds of objects that are none: with Python's threshold
    of 700 a twentieth of the main thread's time went into looking at them.
    """
    gc.freeze()
    gc.set_threshold(_COLLECTED_AT, 10, 10)


def check(settings: BaseSettings, spider: str, arguments: dict[str, Any]) -> None:
    """Raise what would be wrong with a crawl before it makes a request."""
    check_system(os.name)
    given = parse_arguments(spider, arguments)
    check_kinds(settings)
    run_rules(settings, limits=Limits(), images=UrlFilter(), contents=given.contents)
    image_rules(settings)
    allowed_networks(settings.getlist("ALLOWED_NETWORKS"))
    proxy_url(settings)
    login_state(settings)
    site_headers(settings)
    callback_place(settings)
    check_browser(settings, given.render)
    preflight(store_path(settings, relative_is_wrong="_job" in arguments))


def leave_out_remote_control(settings: BaseSettings) -> None:
    """Keep it from being loaded only to see that it is off: a tenth of the start is its aiohttp.

    Scrapy loads what ``EXTENSIONS`` sets to None too.
    """
    if not settings.getbool("REMOTE_CONTROL_ENABLED"):
        settings["EXTENSIONS_BASE"].pop(_REMOTE_CONTROL, None)


def check_system(name: str) -> None:
    """Raise UnsupportedSystemError where image workers cannot be (``name``: see `os.name`)."""
    if name != "posix":
        raise UnsupportedSystemError(
            "This system has neither poll nor setrlimit nor alarms, which the image workers need: "
            "crawl on Linux or macOS, on Windows in WSL 2"
        )
