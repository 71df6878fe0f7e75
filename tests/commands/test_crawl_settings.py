"""What ``scrapy crawl`` makes of the settings before it starts."""

from __future__ import annotations

import pytest
from scrapy.extensions.corestats import CoreStats
from scrapy.extensions.remote_control import RemoteControl
from scrapy.utils.misc import load_object
from scrapy.utils.project import get_project_settings

from imagecrawler.commands.crawl import leave_out_remote_control
from imagecrawler.extensions.progress import Progress


@pytest.mark.parametrize("given", [False, True])
@pytest.mark.parametrize("extensions", [None, '{"imagecrawler.extensions.progress.Progress": 1}'])
def test_remote_control_is_loaded_where_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, given: bool, extensions: str | None
) -> None:
    monkeypatch.setenv("SCRAPY_SETTINGS_MODULE", "imagecrawler.settings")
    settings = get_project_settings()
    if given:
        settings.set("REMOTE_CONTROL_ENABLED", "True", "cmdline")
    if extensions:
        settings.set("EXTENSIONS", extensions, "cmdline")
    leave_out_remote_control(settings)
    loaded = {load_object(name) for name in settings.getwithbase("EXTENSIONS")}
    assert (RemoteControl in loaded) is given
    assert Progress in loaded and CoreStats in loaded
