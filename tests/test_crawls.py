"""The ``crawl`` fixture: commands are real processes, their ends are told, none is left."""

import signal
import sys
import time
from pathlib import Path

from tests.crawls import FAST, PROJECT, Crawls, Running


def test_a_command_is_scrapy_in_a_process_with_the_fast_settings(crawl: Crawls) -> None:
    run = crawl.command("settings", "--get", "ALLOWED_NETWORKS", env={"SCRAPY_SETTINGS_MODULE": ""})
    assert (run.rc, run.stdout.strip()) == (0, FAST["ALLOWED_NETWORKS"])
    run = crawl.command("settings", "--get", "IMAGES_STORE", env={"SCRAPY_SETTINGS_MODULE": ""})
    assert run.stdout.strip() == str(crawl.store)


def test_kill_leaves_the_workers_and_kill_all_does_not(tmp_path: Path) -> None:
    program = (
        "import subprocess, sys, time\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "sys.stderr.write('ready\\n'); sys.stderr.flush(); time.sleep(600)\n"
    )
    running = Running(
        [sys.executable, "-c", program],
        folder=tmp_path / "run",
        store=tmp_path / "data",
        env={"PYTHONPATH": str(PROJECT)},
    )
    while "ready" not in running.stderr:
        assert running.process.poll() is None
    assert len(running.alive()) == 2
    assert running.kill().rc == -signal.SIGKILL
    assert len(running.alive()) == 1
    running.kill_all()
    while running.alive():  # A killed process dies when the kernel comes to it.
        time.sleep(0.01)
