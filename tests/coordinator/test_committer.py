"""A group that cannot be written, for whatever reason, is the last one and is told once."""

from __future__ import annotations

import asyncio
import logging

import pytest

from imagecrawler.coordinator.committer import Committer
from imagecrawler.coordinator.group import Group, Written

MISTAKES = [ValueError("no such number"), KeyError("width"), RecursionError(), OSError(28, "full")]


def run(fail_in: str, mistake: Exception) -> tuple[list[Group], list[OSError], Committer]:
    """Write three groups, of which the second goes wrong in one of the two steps."""
    written: list[Group] = []
    failed: list[OSError] = []

    def write(group: Group) -> Written:
        if fail_in == "write" and written:
            raise mistake
        return Written()

    def note(group: Group, result: Written) -> None:
        if fail_in == "note" and written:
            raise mistake
        written.append(group)

    async def commit() -> Committer:
        committer = Committer(write, note, failed.append)
        for _ in range(3):
            committer.changed()
            await asyncio.wait_for(committer.drain(), 10)
        committer.flush()
        committer.close()
        return committer

    return written, failed, asyncio.run(commit())


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: type(mistake).__name__)
@pytest.mark.parametrize("fail_in", ["write", "note"])
def test_a_mistake_of_any_kind_is_told_once_and_nothing_is_written_after_it(
    fail_in: str, mistake: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        written, failed, committer = run(fail_in, mistake)
    assert len(written) == 1
    assert failed == [committer.error]
    assert committer.group.size == 1  # the third was never taken
    if isinstance(mistake, OSError) and fail_in == "write":
        assert (failed[0].errno, caplog.records) == (28, [])
    else:
        assert str(failed[0]).startswith(type(mistake).__name__)
        (record,) = caplog.records
        assert "please report this" in record.message and record.exc_info is not None
