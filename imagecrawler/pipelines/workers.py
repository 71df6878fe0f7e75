"""The pool of processes that decode, resize and encode, and what is under way in it.

Each process is fed by a thread of its own; what it is and what its end means is in
`imagecrawler.pipelines.worker_process`, what runs in it in `imagecrawler.pipelines.worker`.
"""

from __future__ import annotations

import itertools
import os
import secrets
import signal
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from imagecrawler.exceptions import ImageRejectedError
from imagecrawler.imaging.rules import ImageRules
from imagecrawler.pipelines.worker_answers import RenderedFiles, remove_files
from imagecrawler.pipelines.worker_process import Program, WorkerProcess
from imagecrawler.policies.content_filter import ImageFacts

_EARLY_MOST = 2
# So many images wait in a process's socket while it renders one.
_AHEAD = 1

_TERMINAL_SIGNALS = {
    number
    for name in ("SIGINT", "SIGTERM", "SIGHUP")  # the last when the terminal is closed
    if (number := getattr(signal, name, None)) is not None
}


@dataclass(slots=True, eq=False)
class _Job:
    body: bytes
    stem: str
    future: Future[RenderedFiles] = field(default_factory=Future)


class Workers:
    """At most ``count`` processes that turn image bytes into files in ``tmp_dir``.

    They start when there is work for them, but for ``programs``, which `started_early` has
    returned and which end with these workers. An image that takes more than ``timeout_seconds``,
    or crashes its process, fails alone. `submit` never waits: the caller bounds what it hands
    over, and ``bytes_in_flight`` says how much that is. All methods may be called from any
    thread; futures are resolved in another one.
    """

    def __init__(
        self,
        count: int,
        rules: ImageRules,
        tmp_dir: str,
        timeout_seconds: float,
        programs: Sequence[Program] = (),
    ) -> None:
        self.bytes_in_flight = 0
        self._count = count
        self._rules = rules
        self._timeout_seconds = timeout_seconds
        stem = f"{tmp_dir}/image-{os.getpid()}-{secrets.token_hex(4)}"
        self._stems = (f"{stem}-{serial}" for serial in itertools.count())
        self._feeders: list[threading.Thread] = []
        self._processes: list[WorkerProcess] = []
        self._programs = list(programs)
        self._idle = 0
        self._queue: deque[_Job] = deque()
        self._jobs: set[_Job] = set()
        self._is_closed = False
        self._changed = threading.Condition()

    def submit(self, body: bytes) -> Future[RenderedFiles]:
        """Have ``body`` rendered and its files written; the future has the facts and paths.

        Cancelling the future abandons the task and removes its files. The future raises:

        - ImageRejectedError when the image is at fault: the rules reject it, it crashed
          its worker (``not-an-image``), or it took too long (``too-large``);
        - OSError when its files could not be written; nothing of them is left;
        - CancelledError when the workers were closed first;
        - BrokenProcessPool when no worker can be started: the image is as wanted as before;
        - RuntimeError for a bug of ours, with the worker's traceback.

        Raises RuntimeError after `close`.
        """
        facts = ImageFacts(bytes=len(body))
        if (exclusion := self._rules.exclusion(facts)) is not None:  # before it is copied
            refused: Future[RenderedFiles] = Future()
            refused.set_exception(ImageRejectedError(*exclusion, facts.to_json()))
            return refused
        with self._changed:
            if self._is_closed:
                raise RuntimeError("the image workers are closed")
            job = _Job(body, next(self._stems))
            self._jobs.add(job)
            self._queue.append(job)
            self.bytes_in_flight += len(body)
            if len(self._queue) > self._idle and len(self._processes) < self._count:
                self._add_process()
            self._changed.notify()
        return job.future

    def close(self) -> None:
        """End the workers now, whatever they do; what is unfinished is cancelled."""
        with self._changed:
            self._is_closed = True
            jobs, self._jobs = self._jobs, set()
            self._queue.clear()
            self.bytes_in_flight = 0
            self._changed.notify_all()
        for process in self._processes:
            process.end()
        for program in self._programs:
            program.end()
        for feeder in self._feeders:
            feeder.join()
        for job in jobs:
            remove_files(job.stem, self._rules.widths)
            job.future.cancel()
            job.future.set_running_or_notify_cancel()

    def process_ids(self) -> list[int]:
        """Return the ids of the processes, those included whose death nobody noticed yet."""
        return [pid for process in self._processes if (pid := process.process_id) is not None]

    def _add_process(self) -> None:
        program = self._programs.pop() if self._programs else None
        process = WorkerProcess(self._rules, self._timeout_seconds, program)
        feeder = threading.Thread(target=self._feed, args=(process,), daemon=True)
        with _signals_held_back():
            feeder.start()
        self._processes.append(process)
        self._feeders.append(feeder)

    def _feed(self, process: WorkerProcess) -> None:
        under_way: deque[_Job] = deque()
        while self._hand_over(process, under_way):
            self._settle(under_way.popleft(), process.outcome())

    def _hand_over(self, process: WorkerProcess, under_way: deque[_Job]) -> bool:
        """Have one image under way and one that waits in the process's socket, if there is one.

        Between two images a process would wait for this thread, which waits for the
        interpreter's lock: a quarter of the time with small images.
        """
        while len(under_way) <= _AHEAD and (job := self._next(may_wait=not under_way)) is not None:
            under_way.append(job)
            process.hand_over(job.body, job.stem)
        return bool(under_way)

    def _next(self, *, may_wait: bool) -> _Job | None:
        """Return the next job; None: the workers are closed, or what is left is for others."""
        with self._changed:
            if not may_wait:
                return self._queue.popleft() if len(self._queue) >= self._count else None
            self._idle += 1
            self._changed.wait_for(lambda: self._queue or self._is_closed)
            self._idle -= 1
            return self._queue.popleft() if self._queue else None

    def _settle(self, job: _Job, outcome: RenderedFiles | Exception) -> None:
        with self._changed:
            if job not in self._jobs:  # closed meanwhile, which sees to its files
                return
            self._jobs.remove(job)
            self.bytes_in_flight -= len(job.body)
        is_wanted = job.future.set_running_or_notify_cancel()
        if isinstance(outcome, Exception) or not is_wanted:
            remove_files(job.stem, self._rules.widths)
        if not is_wanted:
            return
        if isinstance(outcome, Exception):
            job.future.set_exception(outcome)
        else:
            job.future.set_result(outcome)


def started_early(count: int) -> list[Program]:
    """Start workers while there is nothing to do for them yet: their imports take their time.

    Two at most: a machine with many cores may meet few images. Fewer, or none, where the
    system refuses; those that are needed are started later, and then say what is wrong.
    """
    programs: list[Program] = []
    with _signals_held_back(), suppress(OSError):
        programs.extend(Program() for _ in range(min(count, _EARLY_MOST)))
    return programs


def usable_cores() -> int:
    """Return how many cores this process may use: a container's share is less than all."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def _signals_held_back() -> Iterator[None]:
    """Have threads that start meanwhile, and their processes, never see Ctrl-C, SIGTERM or SIGHUP.

    They reach the whole process group (or service), and the crawl decides what to finish.
    The mask is inherited, so that there is no moment in which a new process is unprotected.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _TERMINAL_SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
