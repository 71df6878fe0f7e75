"""What runs in a worker process: images in over a socket, files to ``tmp/``, facts out.

Started as ``python -m imagecrawler.pipelines.worker``; `imagecrawler.pipelines.worker_process`
has the other end. No Scrapy here: starting costs an import of Pillow and not of the crawler.
"""

from __future__ import annotations

import os
import pickle
import resource
import select
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from multiprocessing.connection import Connection

from PIL import Image

from imagecrawler.imaging.render import RenderedFile, render
from imagecrawler.imaging.rules import ImageRules
from imagecrawler.pipelines.worker_answers import failure, success, temporary_path
from imagecrawler.storage.atomic import remove, write_all

Task = Callable[[bytes, ImageRules, str], bytes]

# A worker may map this much beside the pixels: Python, Pillow and its libraries.
_BASE_ADDRESS_SPACE_BYTES = 1024**3
# Decoded RGBA, its premultiplied copy, and what the resampling and the codec hold.
_BYTES_PER_PIXEL = 16


def serve(descriptor: int) -> None:
    """Answer the crawl until it closes its end or dies.

    It sends its terms first (pickled: the task's name, the rules, the seconds for one image);
    the first answer is empty and says that images may come. For each it sends a stem for the
    temporary files and the bytes.
    """
    channel = Connection(descriptor)
    with suppress(EOFError, OSError):  # the crawl has ended
        name, rules, timeout_seconds = pickle.loads(channel.recv_bytes())
        threading.Thread(target=_exit_with_crawl, args=(descriptor,), daemon=True).start()
        _limit_memory(rules.max_pixels)
        module, _, function = name.partition(":")
        task: Task = getattr(import_module(module), function)
        channel.send_bytes(b"")
        while True:
            stem = channel.recv_bytes().decode()
            # In no variable, which would keep a body until the next one is whole.
            answer = _answer(task, channel.recv_bytes(), rules, stem, timeout_seconds)
            channel.send_bytes(answer)


def write_renditions(body: bytes, rules: ImageRules, stem: str) -> bytes:
    """Render ``body``, write its files under ``stem`` and return the answer: a worker's task.

    Raises ImageRejectedError or OSError; then no file is left.
    """
    it = render(body, rules)
    _write_files(it.files, stem)
    files = [(f.bucket, f.suffix, f.width, f.height, len(f.data)) for f in it.files]
    return success((it.format, it.width, it.height, it.sha256, it.bytes), it.likeness, files)


def _answer(task: Task, body: bytes, rules: ImageRules, stem: str, timeout_seconds: float) -> bytes:
    # Nothing catches this signal: it ends the process even when a decoder holds the
    # interpreter's lock, and the crawl reads the reason from the exit code.
    signal.setitimer(signal.ITIMER_REAL, timeout_seconds)
    try:
        return task(body, rules, stem)
    except Exception as error:
        return failure(error)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _write_files(renditions: list[RenderedFile], stem: str) -> None:
    paths: list[str] = []
    try:
        for rendition in renditions:
            paths.append(temporary_path(stem, rendition.bucket))
            _write_new(paths[-1], rendition.data)
    except BaseException:
        for path in paths:
            remove(path)
        raise


def _write_new(path: str, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    try:
        write_all(descriptor, data)
    finally:
        os.close(descriptor)


def _exit_with_crawl(descriptor: int) -> None:
    """End the process, whatever it does, when nobody has the other end any more."""
    poll = select.poll()
    poll.register(descriptor, 0)  # a hang-up is told even so
    poll.poll()
    os._exit(1)


def _limit_memory(max_pixels: int) -> None:
    Image.MAX_IMAGE_PIXELS = max_pixels  # Pillow's own ceiling must not be below ours
    _limit(resource.RLIMIT_AS, _BASE_ADDRESS_SPACE_BYTES + _BYTES_PER_PIXEL * max_pixels)
    _limit(resource.RLIMIT_CORE, 0)


def _limit(kind: int, value: int) -> None:
    _, hard = resource.getrlimit(kind)
    if hard == resource.RLIM_INFINITY or value < hard:
        with suppress(ValueError, OSError):  # a system without this limit
            resource.setrlimit(kind, (value, hard))


if __name__ == "__main__":
    # Under its own name, so that a task that names this module finds this very one.
    import_module("imagecrawler.pipelines.worker").serve(int(sys.argv[1]))
