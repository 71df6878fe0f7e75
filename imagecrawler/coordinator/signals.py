"""Signals between Scrapy components of this project that do not know each other.

They are sent with ``crawler.signals``, like Scrapy's own.
"""

from __future__ import annotations

# () A run begins: its store is about to be opened. Not sent by scrapy shell, fetch and parse.
run_begins = object()

# (urls: list[str]) The start URLs of a run are known, and nothing was requested yet. Handlers
# may be coroutines: the crawl waits for them.
starts_known = object()

# () The grace of a stop is over: fail what is still in flight at once.
abort_in_flight = object()

# () Nothing has ended for too long: fail the downloads under way, as after a timeout.
time_is_up = object()
