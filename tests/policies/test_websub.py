from __future__ import annotations

import hashlib
import hmac
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagecrawler.policies.websub import LEASE_SECONDS, Subscription

DAY = 86_400.0
NEW = Subscription("https://h/", "https://e/rss", "https://me/websub/t0ken", "s3cret")
INTENT = {
    "hub.mode": "subscribe",
    "hub.topic": NEW.topic,
    "hub.challenge": "c",
    "hub.lease_seconds": "86400",
}


def confirmed(subscription: Subscription, *, now: float, lease: object = 86_400) -> Subscription:
    answered = subscription.answered({**INTENT, "hub.lease_seconds": str(lease)}, now=now)
    assert answered is not None and answered[1] == "c"
    return answered[0]


def test_it_is_alive_from_its_confirmation_to_the_end_of_its_lease_and_renewed_before():
    asked = NEW.asked(0.0)
    assert not asked.is_alive(1.0)
    alive = confirmed(asked, now=10.0)
    assert (alive.is_alive(DAY), alive.is_alive(DAY + 10)) == (True, False)
    assert alive.next_try == pytest.approx(10 + 0.8 * DAY)
    # Asked for its renewal it lives on, and is asked for again before its end.
    renewing = alive.asked(alive.next_try)
    assert renewing.announces(alive.next_try)
    assert renewing.next_try < alive.lease_ends
    assert confirmed(renewing, now=DAY).lease_ends == 2 * DAY


def test_a_hub_that_does_not_confirm_is_asked_ever_more_rarely():
    subscription, waits, now = NEW, [], 0.0
    for _ in range(6):
        subscription = subscription.asked(now)
        waits.append(subscription.next_try - now)
        now = subscription.next_try
    assert waits == [300, 1_200, 4_800, 19_200, 76_800, DAY]


@pytest.mark.parametrize(
    "wrong",
    [
        {"hub.mode": "unsubscribe"},
        {"hub.topic": "https://e/rss2"},
        {"hub.challenge": ""},
        {"hub.lease_seconds": "soon"},
        {"hub.lease_seconds": "0"},
    ],
)
def test_what_was_not_asked_for_is_not_confirmed(wrong: dict[str, str]):
    assert NEW.answered({**INTENT, **wrong}, now=0.0) is None


def test_a_hub_that_denies_is_left_alone_for_a_day():
    answered = confirmed(NEW, now=0.0).answered({**INTENT, "hub.mode": "denied"}, now=50.0)
    assert answered is not None
    denied, words = answered
    assert (words, denied.is_alive(51.0), denied.next_try) == ("", False, 50 + DAY)


@pytest.mark.parametrize(
    ("lease", "ends", "renewed"),
    [(10, 10, 300), (10**9, LEASE_SECONDS, 0.8 * LEASE_SECONDS)],
)
def test_leases_of_seconds_and_of_years(lease: int, ends: float, renewed: float):
    alive = confirmed(NEW, now=0.0, lease=lease)
    assert (alive.lease_ends, alive.next_try) == (ends, renewed)


def test_a_hub_that_was_silent_once_announces_nothing_until_it_does():
    mute = Subscription.from_json({**confirmed(NEW, now=0.0).to_json(), "is_mute": True})
    assert mute is not None and mute.is_alive(1.0) and not mute.announces(1.0)
    assert mute.with_notice(1.0).announces(2.0)


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "sha384", "sha512"])
@given(body=st.binary(max_size=200), other=st.binary(max_size=200))
def test_signatures(algorithm: str, body: bytes, other: bytes):
    digest = hmac.new(b"s3cret", body, getattr(hashlib, algorithm)).hexdigest()
    assert NEW.is_signed(f"{algorithm}={digest}", body)
    assert NEW.is_signed(f"{algorithm.upper()}={digest.upper()}", body)
    assert NEW.is_signed(f"{algorithm}={digest}", other) == (body == other)
    assert not NEW.is_signed(f"md5={digest}", body)
    assert not NEW.is_signed(digest, body)


@given(st.none() | st.text(max_size=80))
def test_no_text_passes_for_a_signature(header: str | None):
    assert not NEW.is_signed(header, b"body")


def test_its_json_gives_it_again_and_another_hands_gives_none():
    alive = confirmed(NEW, now=0.0).with_notice(3.0)
    kept = json.loads(json.dumps(alive.to_json()))
    assert Subscription.from_json({**kept, "of a later version": 1}) == alive
    for wrong in (None, [], {}, {**kept, "hub": 3}, {**kept, "lease_ends": "x"}):
        assert Subscription.from_json(wrong) is None


def test_it_serves_one_hub_one_topic_and_one_place():
    assert NEW.token == "t0ken"
    assert NEW.is_for(NEW.hub, NEW.topic, prefix="https://me/websub/")
    assert not NEW.is_for("https://other/", NEW.topic, prefix="https://me/websub/")
    assert not NEW.is_for(NEW.hub, "https://e/", prefix="https://me/websub/")
    assert not NEW.is_for(NEW.hub, NEW.topic, prefix="https://me/")
