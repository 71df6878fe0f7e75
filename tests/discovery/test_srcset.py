"""``srcset`` as browsers parse it.

The rows are re-typed from web-platform-tests,
html/semantics/embedded-content/the-img-element/srcset/parse-a-srcset-attribute.html: the
attribute, and the URL of the candidate that wins (None: none is left). All rows are here, as of
its commit 704d739 and what came later; before, unknown descriptors did no harm.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagecrawler.discovery.srcset import MAX_CANDIDATES, parse_srcset, srcset_entries
from imagecrawler.items import ImageCandidate

A, B, C = "data:,a", "data:,b", "data:,c"

SPLITTING = [
    ("", None),
    (",", None),
    (",,,", None),
    ("  data:,a  1x  ", A),
    ("\t\tdata:,a\t\t1x\t\t", A),
    ("\n\ndata:,a\n\n1x\n\n", A),
    ("\v\vdata:,a\v\v1x\v\v", "\v\vdata:,a\v\v1x\v\v"),
    ("\f\fdata:,a\f\f1x\f\f", A),
    ("\r\rdata:,a\r\r1x\r\r", A),
    ("\x0e\x0edata:,a\x0e\x0e1x\x0e\x0e", "\x0e\x0edata:,a\x0e\x0e1x\x0e\x0e"),
    ("\x0f\x0fdata:,a\x0f\x0f1x\x0f\x0f", "\x0f\x0fdata:,a\x0f\x0f1x\x0f\x0f"),
    ("\x10\x10data:,a\x10\x101x\x10\x10", "\x10\x10data:,a\x10\x101x\x10\x10"),
    *((text, A) for text in ("data:,a", "data:,a ", "data:,a ,", "data:,a,", "data:,a, ")),
    *((text, A) for text in ("data:,a,,,", "data:,a,, , ", " data:,a", ",,,data:,a")),
    (" , ,,data:,a", A),
    ("\xa0data:,a", "\xa0data:,a"),
    ("data:,a\xa0", "data:,a\xa0"),
]
TOKENISING = [
    *((text, A) for text in ("data:,a 1x", "data:,a 1x ", "data:,a 1x,")),
    ("data:,a ( , data:,b 1x, ), data:,c", C),
    ("data:,a ((( , data:,b 1x, ), data:,c", C),
    ("data:,a [ , data:,b 1x, ], data:,c", B),
    ("data:,a { , data:,b 1x, }, data:,c", B),
    ('data:,a " , data:,b 1x, ", data:,c', B),
    ("data:,a \\,data:;\\,b, data:,c", "data:;\\,b"),
    *((f"data:,a, data:,b {end}", A) for end in ("(", "(  ", "(,", "(x", "()")),
    ("data:,a (, data:,b", None),
    ("data:,a /*, data:,b, data:,c */", B),
    ("data:,a //, data:,b", B),
]
GOOD = (
    *(
        "1w",
        "1w 1h",
        "1h 1w",
        "0x",
        "-0x",
        "1e0x",
        "1E0x",
        "1e-1x",
        "1.5e1x",
        ".5x",
        ".5e1x",
        "1.0x",
    ),
)
BROKEN = (
    *("foo", "foo foo", "foo 1x", "foo 1x foo", "foo 1w", "foo 1w foo", "1x 1x", "1w 1w"),
    *("1w 1x", "1x 1w", "1h 1h", "1h 1x", "1h 1w 1x", "1x 1w 1h", "1h", "1h foo", "foo 1h", "0w"),
    *("-1w", "1w -1w", "1.0w", "1w 1.0w", "1e0w", "1w 1e0w", "1www", "1w 1www", "+1w", "1w +1w"),
    *("1W", "1w 1W", "Infinityw", "1w Infinityw", "NaNw", "1w NaNw", "0x1w", "0X1w"),
    *("1x -0x", "-1x", "1x -1x", "-x", ".x", "-.x", "1.x", "1x 1.5e1x", "1x 1e1.5x", "1x 1.0x"),
    *("+1x", "1X", "Infinityx", "NaNx", "0x1x", "0X1x", "1w 0h", "1w -1h", "1w 1.0h", "1w 1e0h"),
    *("1w 1hhh", "1w +1h", "1w 1H", "1w Infinityh", "1w NaNh", "0x1h", "0X1h"),
)
ODD_SPACES = (
    "\x01\xa0\u1680"
    + "".join(map(chr, range(0x2000, 0x200B)))
    + ("\u200c\u200d\u202f\u205f\u3000\ufeff")
)
SPACED = [
    f"{before}{space}{after}{unit}"
    for unit, before_1 in (("w", ""), ("x", ""), ("h", "1w "))
    for space in ODD_SPACES
    for before, after in ((f"{before_1}1", ""), (before_1, "1"))
]
ROWS = [
    *SPLITTING,
    *TOKENISING,
    *((f"data:,a {descriptors}", A) for descriptors in GOOD),
    *((f"data:,a {descriptors}", None) for descriptors in (*BROKEN, *SPACED)),
]


@pytest.mark.parametrize(("srcset", "winner"), ROWS)
def test_web_platform_tests(srcset, winner):
    entries = srcset_entries(srcset)
    assert (entries[0].url if entries else None) == winner


def test_claims():
    found = parse_srcset("a.jpg 640w, b,c.jpg 2x, d.jpg, data:,x 9w", base_url="https://e.com/p/")
    assert found == [
        ImageCandidate("https://e.com/p/a.jpg", 640, None),
        ImageCandidate("https://e.com/p/b,c.jpg", None, 2.0),
        ImageCandidate("https://e.com/p/d.jpg", None, 1.0),
    ]


@pytest.mark.parametrize("number", ["9" * 5000 + "w", "9" * 5000 + "x", "1e999x", "1e99999999x"])
def test_numbers_beyond_reason_cost_their_candidate(number):
    assert [e.url for e in srcset_entries(f"a {number}, b 1x")] == ["b"]


def test_a_megabyte_is_cut_between_candidates():
    assert len(srcset_entries("a.jpg 1w, " * 100_000)) == MAX_CANDIDATES
    assert srcset_entries("a" * 1_000_000) == []
    assert srcset_entries("a 1w, data:," + "x" * 1_000_000)[0].url == "a"


@given(st.text() | st.text(alphabet='ab, (1wxh.)\t"e-', max_size=60))
def test_any_text_is_a_value(srcset):
    for candidate in parse_srcset(srcset, base_url="https://e.com/"):
        assert candidate.url.startswith(("http://", "https://"))
        assert (candidate.width_px is None) != (candidate.density is None)
