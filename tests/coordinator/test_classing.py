"""Classes follow from records: the same whatever else happened, and for any record at all."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from imagecrawler.coordinator.classing import ImageClasses
from imagecrawler.policies.content_filter import ContentFilter
from imagecrawler.policies.filters import UrlFilter
from tests.storage.test_records import FOREIGN, JSON

PAGE = "https://e.com/{}"


def classes(**wanted: frozenset[str]) -> ImageClasses:
    return ImageClasses(ContentFilter(**wanted), UrlFilter())


@given(FOREIGN, st.dictionaries(st.sampled_from(("class", "marks", "width", "height")), JSON))
def test_any_record_is_judged_once(record: dict[str, object], rubbish: dict[str, object]) -> None:
    known = classes()
    once = known.judged({**record, **rubbish})
    assert known.judged(once) is once
    assert isinstance(once["class"], str)


def test_what_is_repeated_depends_on_the_pages_visited_by_now() -> None:
    known = classes(classes=frozenset({"content"}))
    record = {"url": PAGE, "pages": [PAGE.format(n) for n in range(12)], "page_count": 12}
    known.site_pages["e.com"] = 100
    assert known.judged(record)["class"] == "content" and known.exclusion(record) is None
    known.site_pages["e.com"] = 20
    assert known.judged(record)["class_reason"] == ["pages:repeated"]
    assert known.exclusion(record) == ("excluded", "furniture: classes is content")


def test_what_was_left_out_by_name_comes_in_when_name_and_class_admit_it() -> None:
    record = {"url": "https://e.com/a.jpg", "marks": ["shown:pixel"]}
    failure = {"reason": "excluded", "url": "https://e.com/a.jpg"}
    assert classes().admits_again(failure, record)
    assert not classes(classes=frozenset({"content"})).admits_again(failure, record)
    denied = ImageClasses(ContentFilter(), UrlFilter.of(None, "a.jpg"))
    assert not denied.admits_again(failure, record)
    judged = {**failure, "judged": {"https://e.com/a.jpg": {"width": 1, "height": 1}}}
    assert not classes().admits_again(judged, record)
    assert not classes().admits_again({**failure, "reason": "http-404"}, record)
