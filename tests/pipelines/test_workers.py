"""The worker processes: their results, and that nothing an image does reaches the crawl."""

import errno
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from concurrent.futures import CancelledError, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image

from imagecrawler.exceptions import ImageRejectedError
from imagecrawler.imaging.rules import ImageRules
from imagecrawler.pipelines import worker, worker_process
from imagecrawler.pipelines.workers import Workers, started_early

PATIENCE_SECONDS = 60
RULES = ImageRules((40, 60, "original"))
HANGS, DIES, IS_KILLED, FILLS_THE_DISK = b"hang", b"die", b"killed", b"disk"
STOPS, HAS_A_BUG, LIES, EATS = b"stop", b"bug", b"lie", b"eat"


def picture(width=80, height=60):
    import io

    output = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert("RGB").save(output, "JPEG")
    return output.getvalue()


@pytest.fixture
def tmp_dir(tmp_path):
    folder = tmp_path / "tmp"
    folder.mkdir()
    return folder


@pytest.fixture
def workers(tmp_dir):
    pool = Workers(2, RULES, str(tmp_dir), timeout_seconds=PATIENCE_SECONDS)
    yield pool
    pool.close()


def misbehave(body, rules, stem):
    """The task, with bodies that stand for what no real image can be relied on to do."""
    if body[:4] in (HANGS, DIES, IS_KILLED[:4], FILLS_THE_DISK):
        with open(f"{stem}-original", "xb") as file:  # not there from an earlier try
            file.write(b"half")
    if body == HANGS:
        signal.pause()
    if body == STOPS:
        os.kill(os.getpid(), signal.SIGSTOP)
    if body == DIES:
        os.kill(os.getpid(), signal.SIGSEGV)
    if body == IS_KILLED:
        os.kill(os.getpid(), signal.SIGKILL)
    if body == FILLS_THE_DISK:
        os.unlink(f"{stem}-original")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), f"{stem}-original")
    if body == HAS_A_BUG:
        raise AssertionError("a bug of ours")
    if body == LIES:
        return b'{"facts": []}'
    if body == EATS:
        eaten = [bytearray(2**28) for _ in range(64)]  # 16 GiB that nobody has to touch
        raise AssertionError(f"{len(eaten)} were given")
    return worker.write_renditions(body, rules, stem)


def note_what_is_loaded(body, rules, stem):
    main = getattr(sys.modules["__main__"], "__file__", None)
    Path(f"{stem}-loaded").write_text(json.dumps([main, sorted(sys.modules)]))
    return worker.write_renditions(body, rules, stem)


@pytest.fixture
def misbehaving(monkeypatch):
    monkeypatch.setattr(worker_process, "_TASK", f"{__name__}:misbehave")


def until(condition):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (answer := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return answer


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def test_renditions_arrive_as_whole_files_the_smallest_last(workers, tmp_dir):
    body = picture()
    result = workers.submit(body).result(PATIENCE_SECONDS)
    assert (result.format, result.width, result.height, result.bytes) == ("jpeg", 80, 60, len(body))
    assert [file.bucket for file in result.files] == ["original", "60", "40"]
    assert Path(result.files[0].path).read_bytes() == body
    for file in result.files:
        assert os.path.getsize(file.path) == file.bytes
        with Image.open(file.path) as image:
            assert image.size == (file.width, file.height)
    result.discard()
    assert not list(tmp_dir.iterdir())


def test_what_was_started_early_works_first_and_ends_with_the_others(tmp_dir):
    early = started_early(64)
    pids = [program.process.pid for program in early]
    assert len(pids) == 2 and all(map(is_running, pids))
    workers = Workers(3, RULES, str(tmp_dir), PATIENCE_SECONDS, early)
    workers.submit(picture()).result(PATIENCE_SECONDS)
    assert workers.process_ids() == pids[1:]
    workers.close()
    assert not any(map(is_running, pids))
    assert started_early(0) == []


@pytest.mark.usefixtures("misbehaving")
def test_one_that_died_before_there_was_work_is_replaced(tmp_dir):
    early = started_early(1)
    os.kill(early[0].process.pid, signal.SIGKILL)
    until(lambda: not is_running(early[0].process.pid))
    workers = Workers(1, RULES, str(tmp_dir), PATIENCE_SECONDS, early)
    workers.submit(picture()).result(PATIENCE_SECONDS)
    assert workers.process_ids() != [early[0].process.pid]
    workers.close()


def test_what_waits_for_its_terms_ends_when_its_parent_is_killed():
    waiting = """
        import sys
        from imagecrawler.pipelines.workers import started_early
        print(*(program.process.pid for program in started_early(2)), flush=True)
        sys.stdin.read()
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(waiting)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
    ) as parent:
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        assert len(pids) == 2 and all(map(is_running, pids))
        parent.kill()
        until(lambda: not any(is_running(pid) for pid in pids))


def test_many_at_once_each_get_their_own(workers):
    futures = {workers.submit(picture(80 + n, 60)): 80 + n for n in range(60)}
    paths = set()
    for future, width in futures.items():
        result = future.result(PATIENCE_SECONDS)
        assert result.width == width
        paths.update(file.path for file in result.files)
    assert len(paths) == 180


def test_a_rejection_keeps_its_reason(workers, tmp_dir):
    with pytest.raises(ImageRejectedError) as caught:
        workers.submit(b"<html>").result(PATIENCE_SECONDS)
    assert caught.value.reason == "not-an-image"
    with pytest.raises(ImageRejectedError) as caught:
        workers.submit(bytes(RULES.max_bytes + 1)).result(PATIENCE_SECONDS)
    assert caught.value.reason == "too-large"
    assert not list(tmp_dir.iterdir())


def test_a_folder_that_cannot_be_written_is_no_fault_of_the_image(tmp_path):
    workers = Workers(1, RULES, str(tmp_path / "missing"), PATIENCE_SECONDS)
    try:
        with pytest.raises(FileNotFoundError, match="missing"):
            workers.submit(picture()).result(PATIENCE_SECONDS)
    finally:
        workers.close()


@pytest.mark.usefixtures("misbehaving")
def test_a_full_disk_is_an_os_error(workers, tmp_dir):
    with pytest.raises(OSError, match="No space left") as caught:
        workers.submit(FILLS_THE_DISK).result(PATIENCE_SECONDS)
    assert caught.value.errno == errno.ENOSPC
    assert not list(tmp_dir.iterdir())


def test_a_write_that_fails_in_the_middle_leaves_nothing(tmp_dir, monkeypatch):
    def write_half(descriptor, data):
        os.write(descriptor, data[: len(data) // 2])
        if b"-40" in os.readlink(f"/proc/self/fd/{descriptor}").encode():
            raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(worker, "write_all", write_half)
    with pytest.raises(OSError, match="full"):
        worker.write_renditions(picture(), RULES, str(tmp_dir / "image"))
    assert not list(tmp_dir.iterdir())


@pytest.mark.usefixtures("misbehaving")
@pytest.mark.parametrize(("body", "reason"), [(DIES, "not-an-image"), (IS_KILLED, "too-large")])
def test_a_crashing_decoder_fails_only_its_image(workers, tmp_dir, body, reason):
    good = [workers.submit(picture()) for _ in range(10)]
    bad = workers.submit(body)
    good += [workers.submit(picture()) for _ in range(10)]
    with pytest.raises(ImageRejectedError) as caught:
        bad.result(PATIENCE_SECONDS)
    assert caught.value.reason == reason
    results = [future.result(PATIENCE_SECONDS) for future in good]
    for result in results:
        result.discard()
    assert not list(tmp_dir.iterdir())


@pytest.mark.usefixtures("misbehaving")
def test_a_hanging_decoder_fails_only_its_image(tmp_dir):
    workers = Workers(1, RULES, str(tmp_dir), timeout_seconds=1.0)
    try:
        bad, good = workers.submit(HANGS), workers.submit(picture())
        with pytest.raises(ImageRejectedError, match="not decoded within 1 seconds") as caught:
            bad.result(PATIENCE_SECONDS)
        assert caught.value.reason == "too-large"
        good.result(PATIENCE_SECONDS).discard()
        assert not list(tmp_dir.iterdir())
    finally:
        workers.close()


@pytest.mark.usefixtures("misbehaving")
def test_a_worker_killed_from_outside_costs_no_image(workers, tmp_dir):
    hanging = workers.submit(HANGS)
    until(lambda: list(tmp_dir.iterdir()))
    good = [workers.submit(picture()) for _ in range(20)]
    for pid in workers.process_ids():
        os.kill(pid, signal.SIGKILL)
    for future in good:
        future.result(PATIENCE_SECONDS).discard()
    assert not hanging.done()  # it was given another worker
    workers.close()
    assert hanging.cancelled()
    assert not list(tmp_dir.iterdir())


def test_idle_workers_that_die_are_replaced(workers):
    workers.submit(picture()).result(PATIENCE_SECONDS)
    for _ in range(2):
        pids = workers.process_ids()
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        until(lambda pids=pids: not any(is_running(pid) for pid in pids))
        workers.submit(picture()).result(PATIENCE_SECONDS)


@pytest.mark.usefixtures("misbehaving")
def test_closing_ends_what_hangs_and_cancels_what_waits(tmp_dir):
    workers = Workers(2, RULES, str(tmp_dir), PATIENCE_SECONDS)
    futures = [workers.submit(HANGS) for _ in range(8)]
    until(lambda: len(list(tmp_dir.iterdir())) == 2)
    pids = workers.process_ids()
    workers.close()
    assert not any(is_running(pid) for pid in pids)
    assert not wait(futures, 0).not_done
    with pytest.raises(CancelledError):
        futures[0].result()
    assert not list(tmp_dir.iterdir())
    with pytest.raises(RuntimeError, match="closed"):
        workers.submit(picture())
    workers.close()


def test_a_cancelled_image_leaves_no_file(workers, tmp_dir):
    futures = [workers.submit(picture()) for _ in range(6)]
    assert futures[-1].cancel()
    for future in futures[:-1]:
        future.result(PATIENCE_SECONDS).discard()
    until(lambda: not workers._jobs)
    assert not list(tmp_dir.iterdir())


def test_a_worker_does_not_load_the_crawler(workers, tmp_dir, monkeypatch):
    monkeypatch.setattr(worker_process, "_TASK", f"{__name__}:note_what_is_loaded")
    workers.submit(picture()).result(PATIENCE_SECONDS).discard()
    (path,) = tmp_dir.iterdir()
    main, names = json.loads(path.read_text())
    # This module is there because the task is in it, and what it imports.
    assert main == worker.__file__
    assert "PIL.Image" in names
    assert not {"scrapy", "twisted", "lxml", "imagecrawler.settings"} & set(names)


def test_a_worker_that_cannot_start_is_no_fault_of_the_image(workers, tmp_dir, monkeypatch, capfd):
    with monkeypatch.context() as patch:
        patch.setattr(worker_process, "_TASK", "no.such:task")
        bad = workers.submit(picture())
        with pytest.raises(BrokenProcessPool, match="exit code 1"):
            bad.result(PATIENCE_SECONDS)
    assert "No module named 'no'" in capfd.readouterr().err
    assert not list(tmp_dir.iterdir())


@pytest.mark.usefixtures("misbehaving")
def test_a_bug_has_its_traceback_and_costs_no_worker(workers):
    workers.submit(picture()).result(PATIENCE_SECONDS).discard()
    pids = workers.process_ids()
    with pytest.raises(RuntimeError, match=r"in misbehave\n.*\n.*a bug of ours"):
        workers.submit(HAS_A_BUG).result(PATIENCE_SECONDS)
    assert set(pids) <= set(workers.process_ids())


@pytest.mark.usefixtures("misbehaving")
def test_memory_has_a_limit_and_the_next_image_its_share_of_it(tmp_dir):
    workers = Workers(1, ImageRules((40,), max_pixels=1000), str(tmp_dir), PATIENCE_SECONDS)
    try:
        for _ in range(3):
            with pytest.raises(ImageRejectedError, match="out of memory") as caught:
                workers.submit(EATS).result(PATIENCE_SECONDS)
            assert caught.value.reason == "too-large"
            workers.submit(picture(20, 20)).result(PATIENCE_SECONDS).discard()
    finally:
        workers.close()


def test_a_worker_holds_nothing_of_the_crawl(workers, tmp_path):
    with open(tmp_path / "lock", "w") as lock:
        os.set_inheritable(lock.fileno(), True)
        workers.submit(picture()).result(PATIENCE_SECONDS).discard()
        for pid in workers.process_ids():
            opened = {int(fd.name): os.readlink(fd) for fd in Path(f"/proc/{pid}/fd").iterdir()}
            others = [name for fd, name in opened.items() if fd > 2]
            assert [name.partition(":")[0] for name in others] == ["socket"], opened
            assert opened[0] == "/dev/null"


@pytest.mark.usefixtures("misbehaving")
def test_an_answer_that_is_none_fails_its_image_and_ends_its_worker(workers):
    with pytest.raises(ImageRejectedError, match="took over") as caught:
        workers.submit(LIES).result(PATIENCE_SECONDS)
    assert caught.value.reason == "not-an-image"
    workers.submit(picture()).result(PATIENCE_SECONDS).discard()


@pytest.mark.usefixtures("misbehaving")
def test_a_stopped_worker_that_feels_no_alarm_is_replaced(tmp_dir, monkeypatch):
    monkeypatch.setattr(worker_process, "_GRACE_SECONDS", 0.5)
    workers = Workers(1, RULES, str(tmp_dir), timeout_seconds=1.0)
    try:
        with pytest.raises(ImageRejectedError, match="not decoded within 1 seconds"):
            workers.submit(STOPS).result(PATIENCE_SECONDS)
        workers.submit(picture()).result(PATIENCE_SECONDS).discard()
    finally:
        workers.close()


@pytest.mark.usefixtures("misbehaving")
@pytest.mark.parametrize("waiting_bytes", [0, 2_000_000], ids=["small", "more than a socket holds"])
@pytest.mark.parametrize("body", [STOPS, HANGS, DIES, IS_KILLED, LIES, EATS])
def test_what_waits_behind_a_bad_image_is_rendered(tmp_dir, monkeypatch, body, waiting_bytes):
    monkeypatch.setattr(worker_process, "_GRACE_SECONDS", 0.2)
    good = picture() + bytes(waiting_bytes)
    workers = Workers(1, RULES, str(tmp_dir), timeout_seconds=1.0)
    try:
        futures = [workers.submit(data) for data in (good, body, good, good)]
        failures = [future.exception(PATIENCE_SECONDS) is not None for future in futures]
        assert failures == [False, True, False, False]
        for future in (futures[0], *futures[2:]):
            future.result().discard()
        assert not list(tmp_dir.iterdir())
    finally:
        workers.close()


@pytest.mark.usefixtures("misbehaving")
def test_an_image_whose_time_ran_out_while_everything_stood_still_is_begun_anew(
    tmp_dir, monkeypatch
):
    # Its first try seems to have taken 1000 s, its second as long as it may: that one counts.
    clock = iter([0.0, 1000.0, 1000.0, 1000.3])
    monkeypatch.setattr(worker_process, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    workers = Workers(1, RULES, str(tmp_dir), timeout_seconds=0.3)
    try:
        with pytest.raises(ImageRejectedError, match="not decoded within"):
            workers.submit(HANGS).result(PATIENCE_SECONDS)
        assert list(clock) == [] and not list(tmp_dir.iterdir())
    finally:
        workers.close()


@pytest.mark.usefixtures("misbehaving")
def test_bytes_in_flight_are_those_that_are_not_settled(tmp_dir):
    workers = Workers(1, RULES, str(tmp_dir), timeout_seconds=1.0)
    assert workers.bytes_in_flight == 0
    body = picture()
    futures = [workers.submit(HANGS), workers.submit(body), workers.submit(body)]
    assert workers.bytes_in_flight == len(HANGS) + 2 * len(body)
    assert not wait(futures, PATIENCE_SECONDS).not_done
    assert workers.bytes_in_flight == 0
    workers.close()


def test_only_as_many_processes_as_there_is_work_for(tmp_dir):
    workers = Workers(8, RULES, str(tmp_dir), timeout_seconds=PATIENCE_SECONDS)
    assert workers.process_ids() == []
    for _ in range(5):
        workers.submit(picture()).result(PATIENCE_SECONDS).discard()
        until(lambda: workers._idle == len(workers.process_ids()))
    assert len(workers.process_ids()) == 1
    workers.close()


def test_terminal_signals_do_not_reach_a_worker(workers):
    workers.submit(picture()).result(PATIENCE_SECONDS)
    pids = workers.process_ids()
    for pid in pids:
        os.kill(pid, signal.SIGINT)
        os.kill(pid, signal.SIGTERM)
    for _ in range(4):
        workers.submit(picture()).result(PATIENCE_SECONDS)
    assert workers.process_ids() == pids


PARENT = """
    import sys
    print("main ran", __name__, flush=True)
    from imagecrawler.imaging.rules import ImageRules
    from imagecrawler.pipelines.workers import Workers

    workers = Workers(2, ImageRules((40,)), sys.argv[1], 60)
    body = open(sys.argv[2], "rb").read()
    for future in [workers.submit(body) for _ in range(8)]:
        future.result(60).discard()
    print(*workers.process_ids(), flush=True)
    sys.stdin.read() if len(sys.argv) > 3 else None
"""


@pytest.fixture
def script(tmp_path, tmp_dir):
    program = tmp_path / "parent.py"
    program.write_text(textwrap.dedent(PARENT))
    (tmp_path / "picture").write_bytes(picture())
    return [sys.executable, str(program), str(tmp_dir), str(tmp_path / "picture")]


def environment():
    root = Path(worker.__file__).parents[2]
    return {**os.environ, "PYTHONPATH": str(root)}


def test_workers_end_when_only_their_parent_is_killed(script):
    with subprocess.Popen(
        [*script, "wait"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
    ) as parent:
        assert parent.stdout.readline() == "main ran __main__\n"
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        assert len(pids) == 2
        assert all(is_running(pid) for pid in pids)
        parent.kill()
        until(lambda: not any(is_running(pid) for pid in pids))
        assert parent.stdout.read() == ""  # no worker ran the main program again


def test_a_program_that_forgets_to_close_still_ends(script):
    ended = subprocess.run(
        script, capture_output=True, text=True, env=environment(), timeout=PATIENCE_SECONDS
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    pids = [int(pid) for pid in ended.stdout.splitlines()[1].split()]
    until(lambda: not any(is_running(pid) for pid in pids))


def test_workers_that_are_still_starting_when_they_are_closed_say_nothing(tmp_dir, capfd):
    for _ in range(2):
        pool = Workers(6, RULES, str(tmp_dir), timeout_seconds=PATIENCE_SECONDS)
        pool.submit(picture()).result(PATIENCE_SECONDS).discard()
        pool.close()
    assert capfd.readouterr().err == ""
