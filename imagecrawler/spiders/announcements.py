"""The sources of a run whose hubs tell of news: subscribed there, and asked when a notice comes."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from scrapy import FormRequest
from scrapy.http.request import NO_CALLBACK

from imagecrawler.coordinator.contract import Frontier
from imagecrawler.identity.urls import host_name
from imagecrawler.policies.choice import DEFAULT_POLICY
from imagecrawler.policies.failures import reason_of, reason_of_status
from imagecrawler.policies.websub import Subscription
from imagecrawler.spiders.hub_callbacks import CallbackPlace, listen
from imagecrawler.spiders.source_run import SourceRun

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

_MAX_ANSWER_BYTES = 64 * 1024  # of a hub, which has nothing to say but a status


class Announcements:
    """Subscribes the sources of one run, renews that, and takes what their hubs send.

    A hub that cannot be asked, or does not confirm, costs nothing: its source is polled as before.
    ``turn`` is called when a source has news.
    """

    def __init__(
        self,
        crawler: Crawler,
        place: CallbackPlace,
        runs: Sequence[SourceRun],
        coordinator: Frontier,
        turn: Callable[[], None],
    ) -> None:
        self._crawler = crawler
        self._place = place
        # The article's ways to read a source look when images are wanted, and not for news.
        self._runs = [run for run in runs if run.policy_name == DEFAULT_POLICY]
        for run in self._runs:
            run.is_listening = True
        self._coordinator = coordinator
        self._turn = turn
        self._tasks: set[asyncio.Task[None]] = set()
        self.end = listen(place, self)

    def subscribe(self) -> None:
        """Ask the hubs whose turn it is."""
        now = time.time()
        for run in self._runs:
            subscription = run.subscription = self._needed(run)
            if subscription is None or now < subscription.next_try or not run.safe:
                continue
            if self._coordinator.rest_seconds(host_name(subscription.hub)):
                continue
            run.subscription = subscription.asked(now)
            self._keep(run)
            task = asyncio.ensure_future(self._ask(run, subscription))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    # -- what hubs send --------------------------------------------------------------------

    def verify(self, token: str, query: Mapping[str, str]) -> str | None:
        """Return what confirms that this was asked for; None: it was not."""
        for run, subscription in self._subscribed(token):
            answered = subscription.answered(query, now=time.time())
            if answered is not None:
                run.subscription, words = answered
                self._keep(run)
                self._count("confirmed" if words else "denied")
                return words
        self._count("unknown")
        return None

    def notice(self, token: str, signature: str | None, body: bytes) -> bool:
        """Take a notice, whoever it is from; False: there is no such subscription."""
        now = time.time()
        for run, subscription in self._subscribed(token):
            # The standard has a wrong one ignored, and says that the hub need not know.
            if subscription.is_alive(now) and subscription.is_signed(signature, body):
                self._count("notices")
                run.subscription = subscription.with_notice(now)
                if subscription.noticed is None:
                    self._keep(run)
                asyncio.get_running_loop().call_soon(self._turn)
            else:
                self._count("ignored")
            return True
        self._count("unknown")
        return False

    # -- inside ----------------------------------------------------------------------------

    def _needed(self, run: SourceRun) -> Subscription | None:
        """Return what a source has or should have at its hub; None: it names no hub."""
        hub, topic = run.poll.hub, run.poll.topic or run.reader.head.url
        if hub is None:
            return None
        prefix, has = self._place.prefix, run.subscription
        if has is not None and has.is_for(hub, topic, prefix=prefix):
            return has
        return Subscription(hub, topic, prefix + secrets.token_urlsafe(), secrets.token_urlsafe())

    def _subscribed(self, token: str) -> Iterator[tuple[SourceRun, Subscription]]:
        for run in self._runs:
            if run.subscription is not None and run.subscription.token == token:
                yield run, run.subscription

    def _keep(self, run: SourceRun) -> None:
        self._coordinator.keep_source(run.key, run.to_keep())

    async def _ask(self, run: SourceRun, subscription: Subscription) -> None:
        """Have a hub confirm a subscription, which it does on its own time."""
        self._count("asked")
        request = FormRequest(
            subscription.hub,
            formdata=subscription.form(),
            callback=NO_CALLBACK,
            meta={"download_maxsize": _MAX_ANSWER_BYTES},
        )
        assert self._crawler.engine is not None
        try:
            response = await self._crawler.engine.download_async(request)
            reason = "" if 200 <= response.status < 300 else reason_of_status(response.status)
        except Exception as error:  # whatever the download met: the next try is planned
            reason = reason_of(error)
        if reason:
            self._count(f"failed/{reason}")
            logger.warning(
                "Source %s: its hub %s cannot be asked (%s): polled as before",
                run.source.name,
                subscription.hub,
                reason,
            )

    def _count(self, event: str) -> None:
        stats: Any = self._crawler.stats
        stats.inc_value(f"websub/{event}")
