"""A source's subscription at a WebSub hub: when it is asked for, what the hub may say. Pure.

A subscriber by https://www.w3.org/TR/websub/. What a notice brings is never read: it says that
there is news, and the source itself is asked which.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

LEASE_SECONDS = 10 * 86_400  # asked for, and the longest that a hub is believed
_RENEWED_AT = 0.8  # of a lease: time for some tries before its end
# A hub that gives leases of seconds is not asked every second.
_LEAST_WAIT_SECONDS = 300.0
_LONGEST_WAIT_SECONDS = 86_400.0
# https://www.w3.org/TR/websub/#signature-validation
_ALGORITHMS = frozenset(("sha1", "sha256", "sha384", "sha512"))


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a source has at its hub; a new one has nothing yet.

    ``callback`` is where the hub reaches us, its last part the ``token``; ``secret`` is what it
    signs with. The hub is asked at ``next_try``, the ``tries``-th time since it last confirmed. It
    announces until ``lease_ends``. ``noticed`` is when it did, None: the source was asked since.
    ``is_mute``: news came of which it said nothing.
    """

    hub: str
    topic: str
    callback: str
    secret: str
    next_try: float = 0.0
    tries: int = 0
    lease_ends: float = 0.0
    noticed: float | None = None
    is_mute: bool = False

    @property
    def token(self) -> str:
        """What nobody but the hub can know of the callback."""
        return self.callback.rpartition("/")[2]

    def is_for(self, hub: str, topic: str, *, prefix: str) -> bool:
        """Whether this is what a source needs whose hub would reach us below ``prefix``."""
        place = prefix + self.token
        return (self.hub, self.topic, self.callback) == (hub, topic, place)

    def is_alive(self, now: float) -> bool:
        """Whether the hub has confirmed it, and its lease has not ended."""
        return now < self.lease_ends

    def announces(self, now: float) -> bool:
        """Whether the source's news will be told."""
        return self.is_alive(now) and not self.is_mute

    def form(self) -> dict[str, str]:
        """Return the fields of the request to the hub.

        A secret that goes over plain HTTP is as open as the callback beside it; it still keeps
        out who learns no more than the callback.
        """
        return {
            "hub.mode": "subscribe",
            "hub.topic": self.topic,
            "hub.callback": self.callback,
            "hub.secret": self.secret,
            "hub.lease_seconds": str(LEASE_SECONDS),
        }

    def asked(self, now: float) -> Subscription:
        """Return it after the hub was asked: without an answer it is so again, ever later."""
        wait = min(_LEAST_WAIT_SECONDS * 4 ** min(self.tries, 10), _LONGEST_WAIT_SECONDS)
        return replace(self, next_try=now + wait, tries=self.tries + 1)

    def answered(self, query: Mapping[str, str], *, now: float) -> tuple[Subscription, str] | None:
        """Return it after the hub's request for our intent, and the body that confirms it.

        None for what we did not ask for. A hub may ask twice: an answer can get lost.
        """
        mode, challenge = query.get("hub.mode"), query.get("hub.challenge")
        if query.get("hub.topic") != self.topic:
            return None
        if mode == "denied":
            return replace(self, next_try=now + _LONGEST_WAIT_SECONDS, lease_ends=0.0), ""
        lease = _lease(query.get("hub.lease_seconds", ""))
        if mode != "subscribe" or not challenge or not lease:
            return None
        renewed = now + max(_RENEWED_AT * lease, _LEAST_WAIT_SECONDS)
        return replace(self, next_try=renewed, tries=0, lease_ends=now + lease), challenge

    def with_notice(self, now: float) -> Subscription:
        """Return it after the hub said that there is news."""
        return replace(self, noticed=now, is_mute=False)

    def followed(self) -> Subscription:
        """Return it when the source is being asked: what is told from now on is news again."""
        return replace(self, noticed=None)

    def with_news(self) -> Subscription:
        """Return it when the source, asked for no notice, had news: did the hub say so since?"""
        return replace(self, is_mute=self.noticed is None)

    def is_signed(self, header: str | None, body: bytes) -> bool:
        """Whether a notice is the hub's: ``header`` is its ``X-Hub-Signature``."""
        method, _, digest = (header or "").partition("=")
        if method.lower() not in _ALGORITHMS:
            return False
        expected = hmac.new(self.secret.encode(), body, method.lower()).hexdigest()
        return hmac.compare_digest(expected.encode(), digest.strip().lower().encode())

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Any) -> Subscription | None:
        """Return what `to_json` gave; None for what is missing or another hand's."""
        if not isinstance(kept, dict):
            return None
        texts: dict[str, Any] = {
            name: kept.get(name) for name in ("hub", "topic", "callback", "secret")
        }
        numbers: dict[str, Any] = {
            name: kept.get(name, 0) for name in ("next_try", "tries", "lease_ends")
        }
        noticed = kept.get("noticed")
        if not all(isinstance(text, str) for text in texts.values()):
            return None
        if not all(isinstance(number, int | float) for number in (*numbers.values(), noticed or 0)):
            return None
        return cls(**texts, **numbers, noticed=noticed, is_mute=kept.get("is_mute") is True)


def _lease(text: str) -> int:
    """Return the seconds that a hub gives; 0: it says nothing that could be read."""
    is_number = text.isascii() and text.isdigit() and len(text) < 12
    return min(int(text), LEASE_SECONDS) if is_number else 0
