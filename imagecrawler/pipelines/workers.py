"""The processes that decode, resize and encode, and what keeps them from doing harm.

They are spawned and not forked, so that they hold none of the crawler's locks, sockets or
threads, and they end when the crawler does, however it ends. No Scrapy here and none in
the workers: starting one costs an import of Pillow and not of the crawler.
"""

from __future__ import annotations

import itertools
import multiprocessing
import os
import resource
import secrets
import signal
import sys
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import connection, resource_tracker
from multiprocessing.context import SpawnContext, SpawnProcess
from types import ModuleType
from typing import TYPE_CHECKING, Any

from pebble import CONSTS, ProcessExpired, ProcessPool
from PIL import Image

from imagecrawler.exceptions import ImageRejectedError
from imagecrawler.imaging.render import RenderedFile, render
from imagecrawler.imaging.rules import ImageRules
from imagecrawler.imaging.source import check
from imagecrawler.policies.content_filter import ImageFacts
from imagecrawler.storage.atomic import remove, write_all

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess
    from multiprocessing.synchronize import RLock

# A SIGKILL may come from outside, or from the kernel because of what the image needs.
_MAX_KILLS = 2
# Pebble gives up the whole pool when a worker dies between two tasks (5.2.3).
_MAX_BROKEN_POOLS = 3

# A worker may map this much beside the pixels: Python, Pillow and its libraries.
_BASE_ADDRESS_SPACE_BYTES = 1024**3
# Decoded RGBA, its premultiplied copy, and what the resampling and the codec hold.
_BYTES_PER_PIXEL = 16

# After the pool's own time limit, for a worker that the pool has lost sight of.
_ALARM_GRACE_SECONDS = 5.0

_TERMINAL_SIGNALS = (signal.SIGINT, signal.SIGTERM)

# How often Pebble looks for workers that died or take too long, and how long it waits after
# a SIGTERM, which our workers ignore, before it sends a SIGKILL.
CONSTS.sleep_unit = 0.05
CONSTS.term_timeout = 0.05
# The workers share a pipe under a lock, which a worker that is killed inside takes with it.
# The others then give up after this, and all goes to a new pool.
CONSTS.channel_lock_timeout = 5


@dataclass(frozen=True, slots=True)
class TemporaryFile:
    """One rendition, whole, under a temporary ``path``; ``bytes`` is its length."""

    bucket: str
    suffix: str
    path: str
    width: int
    height: int
    bytes: int


@dataclass(frozen=True, slots=True)
class RenderedFiles:
    """`imagecrawler.imaging.render.Rendered` with paths in the place of data.

    The caller owns the files: it renames them into place in this order, the smallest
    bucket last, or removes them with `discard`.
    """

    format: str
    width: int
    height: int
    sha256: str
    bytes: int
    files: list[TemporaryFile]

    def discard(self) -> None:
        """Remove the files that are still under their temporary paths."""
        for file in self.files:
            remove(file.path)


@dataclass(slots=True, eq=False)
class _Job:
    """One image under way. ``task`` is its latest try; what an earlier one says is void."""

    body: bytes
    future: Future[RenderedFiles]
    stem: str = ""
    task: Future[RenderedFiles] | None = None
    kills: int = 0
    broken_pools: int = 0


class Workers:
    """A pool of ``count`` processes that turn image bytes into files in ``tmp_dir``.

    They start at the first `submit`. A task that takes more than ``timeout_seconds``, or
    crashes its process, fails alone. `submit` never waits: the caller bounds what it hands
    over. All methods may be called from any thread; futures are resolved in another one.
    """

    def __init__(self, count: int, rules: ImageRules, tmp_dir: str, timeout_seconds: float) -> None:
        self._count = count
        self._rules = rules
        self._stem = f"{tmp_dir}/image-{os.getpid()}-{secrets.token_hex(4)}"
        self._timeout_seconds = timeout_seconds
        self._serial = itertools.count()
        self._pool: ProcessPool | None = None
        self._jobs: set[_Job] = set()
        self._is_closed = False
        self._lock = threading.RLock()

    def submit(self, body: bytes) -> Future[RenderedFiles]:
        """Have ``body`` rendered and its files written; the future has the facts and paths.

        Cancelling the future abandons the task and removes its files. The future raises:

        - ImageRejectedError when the image is at fault: the rules reject it, it crashed
          its worker (``not-an-image``), or it took too long (``too-large``);
        - OSError when its files could not be written; nothing of them is left;
        - CancelledError when the workers were closed first;
        - BrokenProcessPool when the workers kept dying and nobody knows why: the image is
          as wanted as before.

        Raises RuntimeError after `close`.
        """
        job = _Job(body, Future())
        try:  # before it is copied to a worker
            check(ImageFacts(bytes=len(body)), self._rules)
        except ImageRejectedError as error:
            job.future.set_exception(error)
            return job.future
        with self._lock:
            if self._is_closed:
                raise RuntimeError("the image workers are closed")
            self._jobs.add(job)
            try:
                self._dispatch(job)
            except RuntimeError:  # the pool broke when nobody was waiting to be told
                self._replace(self._running_pool())
        return job.future

    def close(self) -> None:
        """End the workers now, whatever they do; what is unfinished is cancelled."""
        with self._lock:
            self._is_closed = True
            jobs, self._jobs = self._jobs, set()
            pool, self._pool = self._pool, None
        if pool is not None:
            _end(pool)
        for job in jobs:
            self._remove_files(job)
            job.future.cancel()
            job.future.set_running_or_notify_cancel()

    def _dispatch(self, job: _Job) -> None:
        pool = self._running_pool()
        job.stem = f"{self._stem}-{next(self._serial)}"
        job.task = task = pool.schedule(
            _write_renditions,
            args=(job.body, self._rules, job.stem, self._timeout_seconds),
            timeout=self._timeout_seconds,
        )
        task.add_done_callback(lambda done: self._finish(job, done, pool))

    def _running_pool(self) -> ProcessPool:
        if self._pool is None:
            with _signals_held_back():
                self._pool = ProcessPool(
                    self._count,
                    initializer=_start_worker,
                    initargs=(self._rules.max_pixels,),
                    context=_BareSpawnContext(),
                )
                _ = self._pool.active  # which starts it
        return self._pool

    def _replace(self, broken: ProcessPool) -> None:
        """Give all that was under way to a new pool. Pebble forgets what was queued."""
        with self._lock:
            if self._pool is not broken:
                return
            self._pool = None
            # Not here: this may be one of the threads that would be waited for.
            leftovers = [path for job in self._jobs for path in self._paths(job)]
            threading.Thread(target=_end, args=(broken, leftovers), daemon=True).start()
            for job in list(self._jobs):
                self._dispatch_again(job)

    def _dispatch_again(self, job: _Job) -> None:
        job.task = None
        job.broken_pools += 1
        error = BrokenProcessPool("the image workers keep dying")
        if job.broken_pools >= _MAX_BROKEN_POOLS:
            self._settle(job, error=error)
            return
        try:
            self._dispatch(job)
        except RuntimeError:
            self._settle(job, error=error)

    def _finish(self, job: _Job, task: Future[RenderedFiles], pool: ProcessPool) -> None:
        with self._lock:
            if job.task is not task or job not in self._jobs:
                return
            error = task.exception()
            if isinstance(error, BrokenProcessPool):
                self._replace(pool)
                return
            if isinstance(error, ProcessExpired) and error.exitcode == -signal.SIGKILL:
                job.kills += 1
                if job.kills < _MAX_KILLS:
                    self._remove_files(job)
                    self._dispatch_again(job)
                    return
        if error is None:
            self._settle(job, result=task.result())
        else:
            self._settle(job, error=self._reason(error))

    def _settle(
        self, job: _Job, result: RenderedFiles | None = None, error: BaseException | None = None
    ) -> None:
        with self._lock:
            if job not in self._jobs:  # closed meanwhile, and its files are gone
                return
            self._jobs.remove(job)
        if error is not None:
            self._remove_files(job)
        if not job.future.set_running_or_notify_cancel():
            if result is not None:
                result.discard()
        elif result is not None:
            job.future.set_result(result)
        else:
            job.future.set_exception(error)

    def _reason(self, error: BaseException) -> BaseException:
        """Return what the crawl should know: a lost worker is the image's fault."""
        if isinstance(error, ProcessExpired):
            if error.exitcode == -signal.SIGKILL:
                message = "its worker was killed twice, perhaps for want of memory"
                return ImageRejectedError("too-large", message)
            if error.exitcode != -signal.SIGALRM:
                message = f"it crashed its decoder (exit code {error.exitcode})"
                return ImageRejectedError("not-an-image", message)
        if isinstance(error, (TimeoutError, ProcessExpired)):
            message = f"not decoded within {self._timeout_seconds:g} seconds"
            return ImageRejectedError("too-large", message)
        return error

    def _remove_files(self, job: _Job) -> None:
        for path in self._paths(job):
            remove(path)

    def _paths(self, job: _Job) -> list[str]:
        return [_temporary_path(job.stem, str(bucket)) for bucket in self._rules.widths]


def _end(pool: ProcessPool, leftovers: Iterable[str] = ()) -> None:
    pool.stop()  # type: ignore[no-untyped-call]
    pool.join()
    for path in leftovers:
        remove(path)


@contextmanager
def _signals_held_back() -> Iterator[None]:
    """Have threads and processes that start meanwhile never see Ctrl-C or SIGTERM.

    Both reach the whole process group (or service), and the parent decides what to finish.
    The mask is inherited, so that there is no moment in which a new process is unprotected.
    Starting the resource tracker would lift the mask, hence before it is set.
    """
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _TERMINAL_SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _BareSpawnProcess(SpawnProcess):
    """A spawned process that does not import the parent's main module.

    That would be the ``scrapy`` script, with all of Scrapy and Twisted, for nothing.
    """

    _main_lock = threading.Lock()

    @staticmethod
    def _Popen(process_obj: BaseProcess) -> Any:  # noqa: N802 - multiprocessing's name
        with _BareSpawnProcess._main_lock:
            main = sys.modules["__main__"]
            sys.modules["__main__"] = ModuleType("__main__")
            try:
                return SpawnProcess._Popen(process_obj)
            finally:
                sys.modules["__main__"] = main


class _BareSpawnContext(SpawnContext):
    """The context of one pool. The pool's locks live as long as it does.

    Pebble drops them before it stops the workers (5.2.3), and a worker that is still starting
    then ends with a traceback on stderr.
    """

    Process = _BareSpawnProcess

    def __init__(self) -> None:
        super().__init__()
        self._locks: list[RLock] = []

    def RLock(self) -> RLock:  # noqa: N802 - multiprocessing's name
        self._locks.append(super().RLock())
        return self._locks[-1]


def _start_worker(max_pixels: int) -> None:
    """Prepare a worker: its limits, and its end when the parent is gone."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    threading.Thread(target=_exit_after, args=(parent.sentinel,), daemon=True).start()
    Image.MAX_IMAGE_PIXELS = max_pixels  # Pillow's own ceiling must not be below ours
    _limit(resource.RLIMIT_AS, _BASE_ADDRESS_SPACE_BYTES + _BYTES_PER_PIXEL * max_pixels)
    _limit(resource.RLIMIT_CORE, 0)


def _limit(kind: int, value: int) -> None:
    _, hard = resource.getrlimit(kind)
    if hard == resource.RLIM_INFINITY or value < hard:
        with suppress(ValueError, OSError):  # a system without this limit
            resource.setrlimit(kind, (value, hard))


def _exit_after(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)


def _write_renditions(
    body: bytes, rules: ImageRules, stem: str, timeout_seconds: float
) -> RenderedFiles:
    """Render ``body`` and write its files: the task of a worker.

    The alarm kills the process even when a decoder holds the interpreter's lock and the
    parent, whose time limit comes first, is gone.
    """
    signal.setitimer(signal.ITIMER_REAL, timeout_seconds + _ALARM_GRACE_SECONDS)
    try:
        rendered = render(body, rules)
        files = _written(rendered.files, stem)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return RenderedFiles(
        rendered.format, rendered.width, rendered.height, rendered.sha256, rendered.bytes, files
    )


def _written(renditions: list[RenderedFile], stem: str) -> list[TemporaryFile]:
    files: list[TemporaryFile] = []
    try:
        for rendition in renditions:
            path = _temporary_path(stem, rendition.bucket)
            files.append(
                TemporaryFile(
                    rendition.bucket,
                    rendition.suffix,
                    path,
                    rendition.width,
                    rendition.height,
                    len(rendition.data),
                )
            )
            _write_new(path, rendition.data)
    except BaseException:
        for file in files:
            remove(file.path)
        raise
    return files


def _write_new(path: str, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    try:
        write_all(descriptor, data)
    finally:
        os.close(descriptor)


def _temporary_path(stem: str, bucket: str) -> str:
    return f"{stem}-{bucket}"
