"""``python -m imagecrawler.demo crawl`` is a crawl like any other: signals and exit code."""

import os
import signal
import subprocess
import sys

import pytest

from tests.crawls import PROJECT

# A stand-in for scrapy: what signals it got by the time it is asked is its exit code.
CHILD = """
import signal, sys
got = []
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, lambda n, frame: got.append(n))
print("ready", flush=True)
while not got:
    signal.pause()
sys.exit(10 * len(got) + got[0])
"""
PARENT = """
import sys
from imagecrawler.demo.run import run_child
sys.exit(run_child([sys.executable, "-c", sys.argv[1]]))
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_for_the_group_reaches_the_crawl_once(number: signal.Signals) -> None:
    command = [sys.executable, "-c", PARENT, CHILD]
    with subprocess.Popen(
        command, cwd=PROJECT, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        os.killpg(process.pid, number)  # As the terminal does on Ctrl-C.
        assert process.wait() == 10 + number


@pytest.mark.parametrize(
    ("program", "code"),
    [("raise SystemExit(3)", 3), ("import os; os.kill(os.getpid(), 9)", 137)],
)
def test_the_exit_code_is_the_crawls(program: str, code: int) -> None:
    command = [sys.executable, "-c", PARENT, program]
    assert subprocess.run(command, cwd=PROJECT, check=False).returncode == code
