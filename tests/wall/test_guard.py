"""What is refused, and what browsers are told, so that hostile names and pages do nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from imagecrawler.wall.api import application
from tests.commands.stores import Folders
from tests.wall.conftest import Images, StartWall

EVERYWHERE = ("/", "/api/images", "/api/status", "/robots.txt", "/nowhere", "/image/x/600")


@pytest.mark.parametrize(
    ("host", "is_ours"),
    [
        ("127.0.0.1:8000", True),
        ("localhost:9000", True),
        ("LOCALHOST", True),
        ("[::1]:8000", True),
        ("192.168.1.5", True),
        ("wall.example:80", True),
        ("evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("localhost.evil.example:8000", False),
        ("", False),
        ("[::1", True),
        ("user@localhost", False),
    ],
)
def test_the_host_has_to_be_one_of_ours(wall: StartWall, host: str, is_ours: bool) -> None:
    app = application(wall().room, ("wall.example",))
    client = TestClient(app, "http://127.0.0.1:8000")
    for path in EVERYWHERE:
        status = client.get(path, headers={"host": host}).status_code
        assert (status != 403) == is_ours


@pytest.mark.parametrize(
    ("headers", "is_ours"),
    [
        ({}, True),
        ({"origin": "http://127.0.0.1:8000"}, True),
        ({"origin": "http://127.0.0.1:8000", "sec-fetch-site": "same-origin"}, True),
        ({"origin": "http://127.0.0.1:9000"}, False),
        ({"origin": "http://evil.example"}, False),
        ({"origin": "null"}, False),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}, False),
    ],
)
def test_what_another_site_sends_changes_nothing(
    images: Images, wall: StartWall, headers: dict[str, str], is_ours: bool
) -> None:
    [key] = images(1)
    served = wall()
    for path, body in [("/api/hide", {"id": key}), ("/api/shown", {"viewer": "a", "ids": [key]})]:
        assert (served.http.post(path, json=body, headers=headers).status_code == 200) == is_ours
    if not is_ours:
        for path in ("/get", "/api/images", f"/image/{key}/600"):
            assert served.http.get(path, headers=headers).status_code == 403
        assert served.ids(viewer="a") == [key]


def test_a_link_from_another_site_leads_to_the_page(wall: StartWall) -> None:
    follows = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    client = wall().http
    for path in ("/", "/browse", "/status"):
        assert client.get(path, headers=follows).status_code != 403
    assert client.get("/get", headers=follows).status_code == 403


def test_browsers_are_told_what_not_to_do(images: Images, wall: StartWall) -> None:
    [key] = images(1)
    client = wall().http
    for path in (*EVERYWHERE, f"/image/{key}/600"):
        headers = client.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe-eval" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-resource-policy"] == "same-origin"
    page = client.get("/").headers["content-security-policy"]
    assert "unsafe" not in page
    assert "http" not in page
    assert "frame-ancestors 'none'" in page


def test_a_vector_image_runs_nothing(folders: Folders, images: Images, wall: StartWall) -> None:
    key = images.one("/a.svg", 0)
    [path] = folders.root.glob(f"downloaded/*/*/{key}.jpg")
    path.rename(path.with_suffix(".svg")).write_text("<svg onload='alert(1)'/>")
    answer = wall().http.get(f"/image/{key}/600")
    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert "sandbox" in answer.headers["content-security-policy"].split("; ")
    assert answer.headers["content-disposition"] == f'attachment; filename="{key}.svg"'


@pytest.mark.parametrize(
    "up", ["..", "%2e%2e", "..%2f..", "%2e%2e%2f%2e%2e", "..%5c..", "%00", "a%0d%0a"]
)
def test_no_address_becomes_a_path(
    folders: Folders, images: Images, wall: StartWall, up: str
) -> None:
    [key] = images(1)
    secret = folders.root / "downloaded" / "secret.jpg"
    secret.write_bytes(b"secret")
    Path(folders.root, "secret.jpg").write_bytes(b"secret")
    client = wall().http
    for path in (
        f"/image/{up}/secret",
        f"/image/secret/{up}",
        f"/image/{up}/600",
        f"/image/{key}/{up}",
        f"/image/{key}/600{up}",
        f"/static/{up}/api.py",
        f"/static/{up}%2fapi.py",
        f"/api/record/{up}",
        f"/{up}/secret.jpg",
    ):
        answer = client.get(path)
        assert answer.status_code in (400, 404), path
        assert b"secret" not in answer.content
