"""Live progress: on a terminal, below whole log lines; nothing anywhere else."""

import io
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console

from imagecrawler.extensions.progress_view import busiest, progress_view, rates
from tests.crawls import PROJECT

# A crawl of nothing whose scheduler has a snapshot, and which logs until it was shown.
CRAWL = """
import asyncio, sys
import scrapy
from scrapy.core.scheduler import Scheduler
from scrapy.crawler import CrawlerProcess

class Shown(Scheduler):
    asked = 0
    def snapshot(self):
        Shown.asked += 1
        return {"pages_done": 41 + Shown.asked, "pages_queued": 7, "bytes": 5_000_000,
                "elapsed_seconds": Shown.asked, "hosts": [{"host": "example.com", "in_flight": 2}]}

class Quiet(scrapy.Spider):
    name = "quiet"
    async def start(self):
        for turn in range(40):
            self.logger.info("a log line, number %d, " + "long " * 40 + "and whole", turn)
            while Shown.asked < int(sys.argv[2]) * (turn // 20):
                await asyncio.sleep(0.01)
        for request in ():
            yield request

settings = {"SCHEDULER": Shown, "TELNETCONSOLE_ENABLED": False,
            "EXTENSIONS": {"imagecrawler.extensions.progress.Progress": 0}}
process = CrawlerProcess({**settings, **eval(sys.argv[1])})
process.crawl(Quiet)
process.start()
"""


def crawl_on_a_terminal(
    settings: dict[str, object], *, times_shown: int = 0, term: str = "xterm"
) -> str:
    ours, theirs = pty.openpty()
    environ = {**os.environ, "TERM": term, "COLUMNS": "80", "PYTHONPATH": str(PROJECT)}
    command = [sys.executable, "-c", CRAWL, repr(settings), str(times_shown)]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs, env=environ
    ) as process:
        os.close(theirs)
        said = b""
        try:
            while piece := os.read(ours, 65536):
                said += piece
        except OSError:  # Linux says EIO when the other side is closed.
            pass
        assert process.wait() == 0
    os.close(ours)
    return said.decode()


def test_a_terminal_shows_counts_hosts_and_whole_log_lines() -> None:
    said = crawl_on_a_terminal({}, times_shown=3)
    assert re.search(r"4\d done  7 queued", said)
    assert "example.com" in said and "5." in said
    lines = re.findall(r"a log line, number \d+, (?:long )+and whole", said)
    assert len(lines) == 40
    assert "Spider closed (finished)" in said
    assert said.rindex("\x1b[?25h") > said.rfind("\x1b[?25l")


def test_a_dumb_terminal_and_a_log_file_get_no_live_lines(tmp_path: Path) -> None:
    assert "example.com" not in crawl_on_a_terminal({}, term="dumb")
    log = tmp_path / "log"
    assert "example.com" not in crawl_on_a_terminal({"LOG_FILE": str(log)})
    assert "a log line, number 39" in log.read_text()


def test_without_a_terminal_and_without_a_snapshot_there_is_only_the_log() -> None:
    command = [sys.executable, "-c", CRAWL, "{}", "0"]
    env = {**os.environ, "PYTHONPATH": str(PROJECT)}
    piped = subprocess.run(command, capture_output=True, text=True, env=env, check=True)
    assert "example.com" not in piped.stderr and "\x1b" not in piped.stderr
    said = crawl_on_a_terminal({"SCHEDULER": "scrapy.core.scheduler.Scheduler"})
    assert "queued" not in said and "a log line, number 39" in said


def test_rates_are_over_the_history() -> None:
    old = {"pages_done": 10, "bytes": 1000, "elapsed_seconds": 10}
    new = {"pages_done": 30, "images_stored": 5, "bytes": 3000, "elapsed_seconds": 20}
    assert rates([old, new]) == {"pages_done": 2.0, "images_stored": 0.5, "bytes": 200.0}
    assert rates([new])["pages_done"] == 1.5
    assert rates([{}]) == {"pages_done": 0.0, "images_stored": 0.0, "bytes": 0.0}


def test_the_busiest_hosts_come_first_and_the_others_are_counted() -> None:
    hosts = [{"host": f"h{n}", "queued": n, "in_flight": n == 3, "delay": None} for n in range(9)]
    assert [host["host"] for host in busiest(hosts)] == ["h3", "h8", "h7", "h6", "h5"]
    console = Console(width=80, force_terminal=False, record=True, file=io.StringIO())
    console.print(progress_view([{"hosts": hosts, "images_failed": 1234}]))
    text = console.export_text()
    assert "and 4 more" in text and "1,234 failed" in text
    assert max(map(len, text.splitlines())) <= 80


def test_a_pause_says_why_nothing_moves() -> None:
    console = Console(width=80, force_terminal=False, record=True, file=io.StringIO())
    console.print(progress_view([{"paused": "No host answers: the crawl pauses"}]))
    assert "No host answers: the crawl pauses" in console.export_text()
