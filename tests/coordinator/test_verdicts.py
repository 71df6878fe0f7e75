"""What filters said of an image's renditions, judged again when they change."""

from __future__ import annotations

from imagecrawler.coordinator.verdicts import promises_more, standing
from imagecrawler.items import ImageCandidate
from imagecrawler.policies.content_filter import ContentFilter

SMALL, BIG, GONE = ("https://a.example/s.jpg", "https://a.example/b.jpg", "https://a.example/g")
FAILURE = {
    "reason": "too-large",
    "tried": [SMALL, GONE, BIG],
    "judged": {SMALL: {"width": 90, "height": 60}, BIG: {"bytes": 5_000_000}},
}


def test_only_what_the_filter_still_excludes_stays_tried() -> None:
    def left(**values: int) -> list[str]:
        tried, judged = standing(FAILURE, ContentFilter(**values))
        assert set(judged) == set(tried) - {GONE}
        return tried

    assert left(min_width=100, max_bytes=1_000_000) == [SMALL, GONE, BIG]
    assert left(min_width=90, max_bytes=1_000_000) == [GONE, BIG]
    # Its width is not known, so the new filter may admit it.
    assert left(min_width=100, max_bytes=5_000_000) == [SMALL, GONE]
    assert left() == [GONE]


def test_what_another_hand_wrote_is_no_verdict() -> None:
    for judged in (None, [], "x", {SMALL: None}, {SMALL: {"width": "90", "height": []}}):
        tried, _ = standing({"tried": [GONE], "judged": judged}, ContentFilter(min_width=100))
        assert tried == [GONE]
    assert standing({}, ContentFilter()) == ([], {})


def test_after_a_picture_that_is_too_small_only_a_larger_promise_is_tried() -> None:
    facts = {"width": 300, "height": 200}
    tried = ImageCandidate(SMALL, density=1.0)

    def promises(**claims: float) -> bool:
        return promises_more(ImageCandidate(BIG, **claims), tried, facts)  # type: ignore[arg-type]

    assert promises(width_px=301) and not promises(width_px=300)
    assert promises(density=2.0) and not promises(density=1.0)
    assert promises()
    assert not promises_more(ImageCandidate(BIG + "?w=200"), tried, facts)
