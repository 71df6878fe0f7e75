"""Who answers, and what silence means: of one URL, of its host, or of the network. Pure.

A request that failed says little by itself. If its host has answered since the request was
sent, the URL is at fault; if not, somebody has to ask before a failure is held against it.
"""

from __future__ import annotations

from collections import OrderedDict
from itertools import islice

# Reasons of the ledger that a lost network gives too.
SILENCE = frozenset({"dns", "refused", "timeout", "broken-off"})

# So many different URLs that fail in a row, with no answer in between, are more than bad luck.
DOUBTFUL = 3
_HOSTS = 10_000


class Reach:
    """What is known of hosts, by name; ``begun`` and ``now`` are seconds of one clock.

    A host is known that has answered, in this run or an earlier one.
    """

    def __init__(self) -> None:
        self._origins: OrderedDict[str, str] = OrderedDict()  # those that answered last come last
        self._hoped: dict[str, str] = {}
        self._answered: dict[str, float] = {}
        self._last_answer = float("-inf")
        self._failed: dict[str, set[str]] = {}  # keys that failed since the host answered
        self._failed_of_all: set[str] = set()  # since anybody answered
        self._given_up: set[str] = set()

    def knew(self, host: str, origin: str) -> None:
        """Note a host that has answered in an earlier run: its scheme, name and port."""
        self._origins.setdefault(host, origin)

    def hope(self, host: str, origin: str) -> None:
        """Note a host that somebody typed and that never answered: it may not exist.

        Where there are several, and none answers, it is more likely the network that does not.
        """
        self._hoped.setdefault(host, origin)

    def answered(self, host: str, origin: str, *, now: float) -> None:
        """Note an answer, whatever it says."""
        self._origins[host] = origin
        self._origins.move_to_end(host)
        self._answered[host] = self._last_answer = now
        self._failed.pop(host, None)
        self._failed_of_all.clear()
        self._given_up.discard(host)
        if len(self._origins) > _HOSTS:
            oldest, _ = self._origins.popitem(last=False)
            self._answered.pop(oldest, None)
            self._failed.pop(oldest, None)

    def failed(self, host: str, key: str) -> None:
        """Note a failure by which nobody can tell whether it was the URL's."""
        if len(self._failed_of_all) < _HOSTS:
            self._failed_of_all.add(key)
        if host in self._origins and len(keys := self._failed.setdefault(host, set())) < DOUBTFUL:
            keys.add(key)

    def give_up(self, host: str) -> None:
        """Hold failures against a host's URLs again, until it answers."""
        self._given_up.add(host)

    def knows(self, host: str) -> bool:
        """Whether the silence of a host is news."""
        return host in self._origins and host not in self._given_up

    def is_doubtful(self, host: str, *, begun: float, final: bool) -> bool:
        """Whether a failure may be the host's or the network's, and somebody has to ask.

        ``begun`` is when the request was sent; ``final``: it was the URL's last try.
        """
        if self.knows(host):
            silent = self._answered.get(host, float("-inf")) < begun
            return silent and (final or len(self._failed.get(host, ())) >= DOUBTFUL)
        silent = self._last_answer < begun
        return silent and (final or len(self._failed_of_all) >= DOUBTFUL)

    def answered_since(self, host: str, when: float) -> bool:
        """Whether a host has answered since then."""
        return self._answered.get(host, float("-inf")) >= when

    def origin_of(self, host: str) -> str:
        """Return the origin of a known or hoped for host that answered last."""
        return self._origins.get(host) or self._hoped[host]

    def witnesses(self, *, without: str = "", limit: int = 3) -> list[str]:
        """Return a few hosts to ask whether the network is there: those that answered last."""
        hosts = reversed(self._origins) if self._origins else self._hoped
        others = [host for host in islice(hosts, limit + 1) if host != without]
        enough = bool(self._origins) or len(self._hoped) >= DOUBTFUL
        return others[:limit] if enough else []
