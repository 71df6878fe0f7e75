"""A look ends, whatever the page does, and stays on the page, in a real Chromium."""

import re

import pytest

from imagecrawler.rendering.contract import LookLimits
from imagecrawler.rendering.words import more_labels
from tests.site.spec import image, page, redirect

QUICK = {"network_idle_seconds": 0.1}
ENDLESS = """
<style>img { display: block; width: 300px; height: 300px }</style><div id=list></div>
<script>let n = 0;
const more = () => { for (let k = 0; k < 10; k++) list.insertAdjacentHTML(
  "beforeend", `<img src="/photos/${n}.jpg"><a href="/p/${n++}">p</a>`); };
more(); addEventListener("scroll", more);</script>"""
SHOWN = '<img src="/shown.jpg">'


def looked(eyes, site, body, limits=None, **others):
    started = site({"/": page(body), **others})
    found = eyes.look(started.url, limits or LookLimits(**QUICK))
    paths = [image.url.removeprefix(started.bases[0]) for image in found.observed]
    return started, found, paths


@pytest.mark.parametrize(
    ("limit", "reason"),
    [
        ({"max_images": 50}, "max-images"),
        ({"max_rounds": 2, "max_steps": 10}, "max-rounds"),
        ({"max_seconds": 2.0}, "max-seconds"),
    ],
)
def test_an_endless_page_ends_at_a_limit_and_gives_what_was_seen(eyes, site, limit, reason):
    _, found, paths = looked(eyes, site, ENDLESS, LookLimits(**QUICK, **limit))
    assert found.stopped_by == reason
    assert len(set(paths)) >= 20
    assert len(found.links) >= 20
    assert "/photos/0.jpg" in found.html


def test_a_page_that_hangs_gives_what_was_seen_before(eyes, site):
    script = "addEventListener('scroll', () => { for (;;); })"
    body = f"{SHOWN}<script>{script}</script><p style='height:9999px'>"
    limits = LookLimits(**QUICK, call_seconds=1.0, max_seconds=6.0)
    _, found, paths = looked(eyes, site, body, limits)
    assert found.stopped_by == "unresponsive"
    assert paths == ["/shown.jpg"]
    assert found.html == ""


def test_requests_that_never_end_do_not_hold_a_look(eyes, site):
    body = f"{SHOWN}<script>for (let n = 0; n < 3; n++) fetch('/hangs?' + n)</script>"
    limits = LookLimits(**QUICK, settle_seconds=0.5)
    _, found, paths = looked(eyes, site, body, limits, **{"/hangs": page("", hang=True)})
    assert (found.stopped_by, paths) == ("nothing-new", ["/shown.jpg"])


@pytest.mark.parametrize(
    "way",
    [
        "setTimeout(() => { location.href = '/away' }, 50)",
        "addEventListener('scroll', () => location.assign('/away'))",
        "setTimeout(() => document.body.append(Object.assign(document.createElement('meta'),"
        " {httpEquiv: 'refresh', content: '0;url=/away'})), 50)",
        "setTimeout(() => { document.forms[0].submit(); document.links[0].click() }, 50)",
    ],
)
def test_a_page_stays_where_it_is(eyes, site, way):
    body = (
        f"{SHOWN}<a href=/away>away</a><form action=/away></form><p style='height:3000px'>"
        f"<script>{way}</script><script>setTimeout(() => {{ const i = new Image();"
        "i.src = '/late.jpg'; document.body.append(i) }, 150)</script>"
    )
    limits = LookLimits(network_idle_seconds=0.3)
    started, found, paths = looked(eyes, site, body, limits, **{"/away": page("away")})
    assert sorted(paths) == ["/late.jpg", "/shown.jpg"]
    assert started.requests("/away") == []
    assert found.links.count(f"{started.bases[0]}/away") <= 1
    assert any(link.startswith(f"{started.bases[0]}/away") for link in found.links)


def test_a_page_that_breaks_the_language_costs_itself_alone(eyes, site):
    body = f"""{SHOWN}<script>
      Array.prototype.map = Array.prototype.filter = () => {{ throw new Error("mine") }};
      JSON.stringify = () => "x"; String.prototype.replace = () => 7;</script>"""
    _, found, paths = looked(eyes, site, body)
    assert found.stopped_by in ("nothing-new", "unresponsive")
    assert "/shown.jpg" in paths


def test_what_the_page_asked_for_and_no_longer_shows_is_told_apart(eyes, site):
    body = f"{SHOWN}<script>new Image().src = '/preloaded.jpg'; fetch('/data.bin')</script>"
    routes = {"/data.bin": image(9, 9)}
    started, found, _ = looked(eyes, site, body, **routes)
    kinds = {image.url.removeprefix(started.bases[0]): image.kind for image in found.observed}
    assert kinds == {"/shown.jpg": "img", "/preloaded.jpg": "request", "/data.bin": "request"}


def test_a_carousel_that_goes_round_ends(eyes, site):
    body = """<div class=carousel><img id=i src=/0.jpg><button class=next
      onclick="i.src = `/${(parseInt(i.src.split('/').pop()) + 1) % 5}.jpg`">›</button></div>"""
    _, found, paths = looked(eyes, site, body)
    assert sorted(paths) == [f"/{n}.jpg" for n in range(5)]
    assert found.clicks < 40


def test_a_page_may_wait_for_the_scrolling_to_end(eyes, site):
    # What resets its clock at each scroll never loads more while rounds follow each other.
    body = """<style>img { display: block; height: 500px }</style><div id=list></div><script>
      let n = 0, timer;
      const more = () => { while (++n % 8) list.insertAdjacentHTML(
        "beforeend", `<img src="/${n}.jpg">`); };
      addEventListener("scroll", () => {
        clearTimeout(timer);
        if (n < 32) timer = setTimeout(more, 400); });
      more();</script>"""
    _, found, paths = looked(eyes, site, body)
    assert sorted(paths) == sorted(f"/{n}.jpg" for n in range(32) if n % 8)
    assert found.stopped_by == "nothing-new"


ROOM = "<div id=room></div>"
SHOW = """<script>
  const show = (group) => { room.innerHTML = [0, 1, 2].map((n) =>
    `<img src="/${group}-${n}.jpg" width=300 height=200>`).join("") };
  const later = (group) => fetch("/data").then(() => show(group));
  show(0)</script>"""


@pytest.mark.parametrize(
    ("body", "groups"),
    [
        pytest.param(
            "<div role=tablist><button role=tab aria-selected=true onclick=show(0)>All</button>"
            "<button role=tab onclick=show(1)>Cats</button>"
            "<button role=tab onclick=\"room.textContent = 'no picture'\">Text</button>"
            "<button role=tab onclick=later(2)>Dogs</button>"
            "<button role=tab onclick=show(3)>Log in</button></div>",
            3,
            id="tabs",
        ),
        pytest.param(
            "<script>let at = 0</script><nav class=pagination>"
            "<button onclick=show(at=0)>1</button><button onclick=show(at=1)>2</button>"
            "<button aria-label='Next page' onclick='if (at < 3) later(++at)'>›</button>"
            "<a class=next href=/away>further</a></nav>",
            4,
            id="pages",
        ),
        pytest.param("<details ontoggle=show(1)><summary>more</summary></details>", 2, id="fold"),
        pytest.param(
            "<div class=slider><div class=dots>"
            + "".join(f"<button class=dot onclick=show({n})></button>" for n in range(4))
            + "</div></div>",
            4,
            id="dots",
        ),
    ],
)
def test_what_is_hidden_until_it_is_pressed_is_seen(eyes, site, body, groups):
    routes = {"/data": page("x", headers={"Cache-Control": "no-store"})}
    started, found, paths = looked(eyes, site, ROOM + SHOW + body, **routes)
    assert sorted(paths) == [f"/{group}-{n}.jpg" for group in range(groups) for n in range(3)]
    assert started.requests("/away") == []
    assert found.stopped_by == "nothing-new"


def test_the_document_is_the_one_before_tabs_are_pressed(eyes, site):
    body = f"""{ROOM}{SHOW}<h1 id=h>First</h1><div role=tablist><button role=tab
      onclick="h.textContent = 'Second'; show(1); history.pushState(0, '', '/second')">2</button>"""
    started, found, paths = looked(eyes, site, body)
    assert len(paths) == 6
    assert "First" in found.html and "/0-1.jpg" in found.html
    assert found.url == started.url


def test_redirects_and_other_hosts_frames_are_no_part_of_the_page(eyes, site):
    inner = page('<img src="/theirs.jpg">')
    started = site(
        {
            "/": redirect("/real/"),
            "/real/": page('<base href="/b/"><img src="a.jpg"><iframe src="{host1}/"></iframe>'),
        },
        {"/": inner},
    )
    found = eyes.look(started.url, LookLimits(**QUICK))
    assert found.url == f"{started.bases[0]}/real/"
    assert found.base_url == f"{started.bases[0]}/b/"
    shown = [image.url for image in found.observed if image.kind == "img"]
    assert shown == [f"{started.bases[0]}/b/a.jpg"]
    assert found.frames == []


MORE = """Load more|Load more (24)|SHOW MORE RESULTS|See more photos|+ More
Mehr laden|Weitere Bilder laden|Alle Fotos anzeigen|Voir plus
Charger plus de photos|Afficher la suite|Cargar más|Ver más fotos
Carregar mais|Ver mais|Carica altri|Mostra di più|Meer laden|Toon meer
Visa fler|Last inn mer|Hent flere|Näytä lisää|Pokaż więcej
Načíst další|Zobraziť viac|Показать ещё|Загрузить больше
Показати більше|Φόρτωση περισσότερων|Daha fazla göster|عرض المزيد
مشاهده بیشتر|הצג עוד|और देखें|ดูเพิ่มเติม|Xem thêm|Muat lebih banyak
もっと見る|さらに読み込む|加载更多|查看更多|載入更多|더 보기|사진 더보기"""
OTHER = """Read more|Learn more|Moreover|About us
More than words can say in a button|Less|Close|Mehr als nur|Log in
Next|Moreno|Seymore|Load|Show|查看|ver|もう|Плюс|Weiter"""


def test_the_labels_mean_the_same_to_the_page_and_to_python(eyes):
    labels = more_labels(letter=r"\p{L}")
    script = r"""([labels, texts]) => {
      const pattern = new RegExp(`^[^\\p{L}]*(?:${labels})[^\\p{L}]*$`, "iu");
      return texts.map((text) => pattern.test(text));
    }"""
    more = re.split(r"[|\n]", MORE)
    other = re.split(r"[|\n]", OTHER)
    found = eyes.evaluate(script, [labels, more + other])
    letter = r"[^\W\d_]"
    python = re.compile(rf"[\W\d_]*(?:{more_labels(letter=letter)})[\W\d_]*", re.IGNORECASE)
    wanted = [True] * len(more) + [False] * len(other)
    assert dict(zip(more + other, found, strict=True)) == dict(
        zip(more + other, wanted, strict=True)
    )
    assert [python.fullmatch(text) is not None for text in more + other] == wanted
