"""One worker process as the crawl sees it: started when needed, and what its end means."""

from __future__ import annotations

import os
import pickle
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections import deque
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from itertools import islice
from multiprocessing.connection import Connection, Pipe

from imagecrawler.exceptions import ImageRejectedError
from imagecrawler.imaging.rules import ImageRules
from imagecrawler.pipelines.worker_answers import RenderedFiles, parsed, remove_files

_PROGRAM = "imagecrawler.pipelines.worker"
_TASK = f"{_PROGRAM}:write_renditions"

# A SIGKILL may come from outside, or from the kernel because of what the image needs.
_MAX_KILLS = 2
# A process that ends before it takes images says nothing about any.
_MAX_STARTS = 3
# The worker's own alarm comes first. This is for one that was stopped: it feels no alarm.
_GRACE_SECONDS = 5.0
# A worker that was late by more than this has not been slow: the machine stood still.
_STOOD_STILL_SECONDS = 2.0
# A process whose socket is closed is about to end by itself, and its exit code says why.
_LAST_WORDS_SECONDS = 1.0


class _TooSlowError(ImageRejectedError):
    """The time for one image is over."""


class Program:
    """A worker's program that was started, and waits for its terms."""

    def __init__(self) -> None:
        self.channel, theirs = Pipe()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", _PROGRAM, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env=_environment(),
            )

    def end(self) -> None:
        """Kill it, and wait until it is gone."""
        self.channel.close()
        self.process.kill()
        self.process.wait()


class WorkerProcess:
    """A process that renders one image at a time, and is replaced when it dies.

    It has a socket of its own and shares nothing: no lock that a killed process takes along,
    no pipe that it leaves half read. It is a new program and no fork, so that it holds none
    of the crawl's locks, files or threads; the first may have been started already, as
    ``program``. What is handed over while it works waits in the socket, so that it never waits
    for the crawl; when it dies, its successor is sent that again. `hand_over` and `outcome`
    belong to one thread; the others may be called from any.
    """

    def __init__(
        self, rules: ImageRules, timeout_seconds: float, program: Program | None = None
    ) -> None:
        self._spare = program
        self._terms = pickle.dumps((_TASK, rules, timeout_seconds))
        self._buckets = rules.widths
        self._timeout_seconds = timeout_seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: Connection | None = None
        self._answers = select.poll()
        self._line: deque[tuple[bytes, str]] = deque()
        self._sent = 0  # so many of the line are in the channel
        self._is_torn = False  # the channel ends within an image
        self._is_ended = False
        self._lock = threading.Lock()

    @property
    def process_id(self) -> int | None:
        """The id of the process, None when there is none."""
        process = self._process
        return process.pid if process is not None else None

    def hand_over(self, body: bytes, stem: str) -> None:
        """Put an image in line, to be rendered after those for which there is no outcome yet."""
        self._line.append((body, stem))
        # The first starts the process if need be, and has the outcome if that fails.
        if len(self._line) > 1 and self._channel is not None and not self._is_torn:
            with suppress(OSError):
                self._send_line(self._channel)

    def outcome(self) -> RenderedFiles | Exception:
        """Wait for the first in line: return its facts and paths, or why there are none.

        See `imagecrawler.pipelines.workers.Workers.submit` for the exceptions. An image whose
        time ran out while all processes were stopped (a frozen container) is begun anew.
        """
        try:
            return self._rendered_in_time(self._line[0][1])
        finally:
            self._line.popleft()
            self._sent = max(self._sent - 1, 0)

    def _rendered_in_time(self, stem: str) -> RenderedFiles | Exception:
        while True:
            begun = time.monotonic()
            outcome = self._rendered(stem)
            most = self._timeout_seconds + _GRACE_SECONDS + _STOOD_STILL_SECONDS
            if not isinstance(outcome, _TooSlowError) or time.monotonic() - begun < most:
                return outcome

    def _rendered(self, stem: str) -> RenderedFiles | Exception:
        for _ in range(_MAX_KILLS):
            try:
                return self._asked(self._ready_channel(), stem)
            except BrokenProcessPool as error:
                return error
            except (EOFError, OSError):
                exit_code = self._stop(_LAST_WORDS_SECONDS)
            if exit_code != -signal.SIGKILL:
                return self._reason(exit_code)
        message = "its worker was killed twice, perhaps for want of memory"
        return ImageRejectedError("too-large", message)

    def end(self) -> None:
        """Kill the process for good, whatever it does, and wait until it is gone."""
        with self._lock:
            self._is_ended = True
            if self._spare is not None:
                self._spare.end()
            if self._process is not None:
                self._process.kill()
                self._process.wait()

    def _send_line(self, channel: Connection) -> None:
        for body, stem in islice(self._line, self._sent, None):
            self._is_torn = True
            channel.send_bytes(stem.encode())
            channel.send_bytes(body)
            self._is_torn = False
            self._sent += 1

    def _asked(self, channel: Connection, stem: str) -> RenderedFiles | Exception:
        if not self._is_torn:
            self._send_line(channel)
        # Not channel.poll(): that makes a selector anew for each image.
        if not self._answers.poll((self._timeout_seconds + _GRACE_SECONDS) * 1000):
            self._stop()
            return self._reason(-signal.SIGALRM)
        answer = channel.recv_bytes()
        try:
            return parsed(answer, stem)
        except (ValueError, KeyError, TypeError):  # no worker of ours says this
            self._stop()
            return ImageRejectedError("not-an-image", "it took over its decoder")

    def _ready_channel(self) -> Connection:
        """Return the channel of a process that takes images, starting one if need be."""
        # One that has ended may have answered before.
        if self._channel is not None and (self._sent or self._takes_images()):
            return self._channel
        code = self._stop()
        for _ in range(_MAX_STARTS):
            try:
                channel = self._start()
                channel.send_bytes(self._terms)
                channel.recv_bytes()
                return channel
            except (EOFError, OSError):
                code = self._stop(_LAST_WORDS_SECONDS)
        raise BrokenProcessPool(f"no image worker can be started (exit code {code})")

    def _takes_images(self) -> bool:
        is_alive = self._process is not None and self._process.poll() is None
        return is_alive and not self._is_torn

    def _start(self) -> Connection:
        with self._lock:
            if self._is_ended:
                raise BrokenProcessPool("the image workers are closed")
            program, self._spare = self._spare or Program(), None
            self._channel, self._process = program.channel, program.process
            self._answers = select.poll()
            self._answers.register(self._channel, select.POLLIN)
            _limit_sending(self._channel, self._timeout_seconds + _GRACE_SECONDS)
            self._sent, self._is_torn = 0, False
            return self._channel

    def _stop(self, patience_seconds: float = 0.0) -> int:
        """End the process if there is one, and return its exit code."""
        channel, process = self._channel, self._process
        self._channel = self._process = None
        if channel is not None:
            channel.close()
        if process is None:
            return 0
        try:
            exit_code = process.wait(patience_seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            exit_code = process.wait()
        for _, stem in islice(self._line, self._sent):
            remove_files(stem, self._buckets)  # another try would not write over them
        self._sent = 0
        return exit_code

    def _reason(self, exit_code: int) -> ImageRejectedError:
        if exit_code == -signal.SIGALRM:
            message = f"not decoded within {self._timeout_seconds:g} seconds"
            return _TooSlowError("too-large", message)
        message = f"it crashed its decoder (exit code {exit_code})"
        return ImageRejectedError("not-an-image", message)


def _limit_sending(channel: Connection, seconds: float) -> None:
    """Have a process that was stopped while an image waits for room in its socket be an OSError."""
    whole, part = divmod(seconds, 1)
    with socket.socket(fileno=os.dup(channel.fileno())) as same:
        timeval = struct.pack("ll", int(whole), int(part * 1e6))
        same.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, timeval)


def _environment() -> dict[str, str]:
    """Return the environment in which a worker finds what the crawl finds.

    One thread for numpy's linear algebra, which nobody calls: it would map memory for each
    core, and the worker's address space is limited. glibc would give the memory of an image
    back to the system and have it cleared for the next one: 8 % of a worker's time.
    """
    path = os.pathsep.join(entry or "." for entry in sys.path if isinstance(entry, str))
    malloc = {"MALLOC_MMAP_THRESHOLD_": str(8 << 20), "MALLOC_TRIM_THRESHOLD_": str(32 << 20)}
    return {**malloc, **os.environ, "PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1"}
