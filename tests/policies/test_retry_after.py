"""Retry-After as RFC 9110, section 10.2.3 has it: seconds or a date, and what servers send."""

import pytest

from imagecrawler.policies.failures import retry_after_seconds

NOW = 1_445_412_480.0  # Wed, 21 Oct 2015 07:28:00 GMT
YEAR = 31_536_000.0


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        (b"", None),
        (b"120", 120),
        (b" 0 ", 0),
        (b"9" * 400, YEAR),
        (b"-5", None),
        (b"1.5", None),
        (b"soon", None),
        (b"\xb2", None),  # a digit to Python, and not to the RFC
        (b"Wed, 21 Oct 2015 07:30:00 GMT", 120),
        (b"Wednesday, 21-Oct-15 07:30:00 GMT", 120),
        (b"Wed, 21 Oct 2015 07:00:00 GMT", 0),
        (b"Wed, 21 Oct 2099 07:00:00 GMT", YEAR),
        (b"Wed, 99 Oct 2015 07:00:00 GMT", None),
    ],
)
def test_both_forms(header, seconds):
    assert retry_after_seconds(header, now=NOW) == seconds
