"""What a page answers is believed where it has the form expected, and never grows without end."""

from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from imagecrawler.items import FrameLook, ObservedImage
from imagecrawler.rendering.sightings import MAX_LINKS, Sightings, frame_looks
from imagecrawler.rendering.watching import Watch

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def test_sightings_are_kept_once_in_the_order_they_were_first_seen():
    seen = Sightings()
    one = {"kind": "img", "url": "https://e.com/1", "markup": "<img>", "width_px": 0}
    two = {"kind": "background", "url": "https://e.com/2", "link": "https://e.com/"}
    seen.add({"images": [one, two], "links": ["https://e.com/a"], "unreachable": 1})
    seen.add({"images": [{**one, "width_px": 640}], "links": ["https://e.com/a"], "unreachable": 2})
    assert seen.images([]) == [
        ObservedImage("img", "https://e.com/1", markup="<img>", width_px=640),
        ObservedImage("background", "https://e.com/2", link="https://e.com/"),
    ]
    assert (seen.links, seen.unreachable) == (["https://e.com/a"], 2)


def test_what_was_asked_for_and_shown_is_one_sighting():
    seen = Sightings()
    seen.add({"images": [{"kind": "img", "url": "https://e.com/1"}]})
    requested = ["https://e.com/1", "https://e.com/2"]
    assert [image.kind for image in seen.images(requested)] == ["img", "request"]
    assert seen.number(requested) == 2


@given(JSON, JSON, JSON)
def test_any_answer_is_possible(images, links, unreachable):
    seen = Sightings()
    seen.add({"images": [images], "links": links, "unreachable": unreachable})
    seen.add({"images": images})
    assert isinstance(seen.unreachable, int)
    assert all(isinstance(frame, FrameLook) for frame in frame_looks(links))


def test_a_page_cannot_make_them_grow_without_end():
    seen = Sightings()
    seen.add({"links": [f"https://e.com/{n}" for n in range(MAX_LINKS + 100)]})
    seen.add({"images": [{"kind": "img", "url": "https://e.com/" + "x" * 99_000}]})
    assert (len(seen.links), seen.images([])) == (MAX_LINKS, [])


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


class Asked:
    def __init__(self, url="https://e.com/a", kind="image"):
        self.url, self.resource_type = url, kind


def test_the_network_is_quiet_when_nothing_is_under_way():
    clock = Clock()
    watch = Watch(clock)
    request = Asked()
    watch.note_request(request)
    clock.now += 1
    assert watch.quiet_seconds(patience_seconds=5) == 0
    watch.note_end(request)
    clock.now += 2
    assert watch.quiet_seconds(patience_seconds=5) == 2


def test_what_never_ends_is_not_waited_for():
    clock = Clock()
    watch = Watch(clock)
    watch.note_request(Asked(kind="websocket"))
    watch.note_request(Asked(kind="fetch"))
    clock.now += 6
    assert watch.quiet_seconds(patience_seconds=5) == 6


def test_images_are_noted_once_and_data_that_is_an_image_too():
    watch = Watch(Clock())
    for url in (
        "https://e.com/a#1",
        "https://e.com/a#2",
        "data:image/gif,x",
        "blob:https://e.com/1",
    ):
        watch.note_request(Asked(url))
    data = Asked("https://e.com/bytes", "fetch")
    watch.note_request(data)
    watch.note_response(SimpleNamespace(request=data, headers={"content-type": "Image/JPEG"}))
    script = Asked("https://e.com/js", "script")
    watch.note_response(SimpleNamespace(request=script, headers={"content-type": "image/png"}))
    assert list(watch.images) == ["https://e.com/a", "https://e.com/bytes"]
