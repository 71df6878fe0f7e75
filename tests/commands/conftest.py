"""``folders`` is a store to fill; ``scrapy`` runs a command on it when it is filled."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.stores import Folders


@pytest.fixture
def folders(tmp_path: Path) -> Iterator[Folders]:
    made = Folders(tmp_path / "data")
    yield made
    made.close()
