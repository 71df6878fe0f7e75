"""Galleries that scripts build, as a local site: no picture's address is in their markup.

Each page of ``pages/`` fetches the addresses of its pictures as JSON and shows them with a real
library of ``vendor/`` (see its README for versions and licences).
"""

from __future__ import annotations

import json
from pathlib import Path

from tests.site.spec import Answer, Routes, data, image, page, text

FOLDER = Path(__file__).parent
# How many batches of how many pictures each gallery has.
BATCHES = {
    "react": (1, 12),
    "vue": (1, 12),
    "endless": (5, 8),
    "masonry": (5, 8),
    "more": (4, 6),
    "lazysizes": (1, 18),
    "lazyload": (1, 18),
    "swiper": (1, 20),
    "arrows": (1, 12),
    "canvas": (1, 8),
    "blob": (1, 9),
    "window": (1, 80),
    "clusterize": (1, 80),
    "shadow": (1, 16),
    "frame": (4, 5),
}
# What these pages show that came from no address: it is counted.
# pica computes pixels one by one, so that what it
# draws has lost its address; the image that it read is known as one that the page asked for.
UNREACHABLE = {"canvas": 1 + 4, "blob": 1}


def photos(name: str) -> list[str]:
    """Return the paths of a gallery's pictures."""
    batches, size = BATCHES[name]
    return [f"/photos/{name}/{number:03}.jpg" for number in range(batches * size)]


def galleries() -> Routes:
    """Return the site: a start page that leads to every gallery, and all they ask for."""
    links = "".join(f'<a href="/{name}.html">{name}</a> ' for name in BATCHES)
    routes: Routes = {"/": page(links), "/trap": page("Never come here.")}
    for file in sorted((FOLDER / "pages").glob("*.html")):
        routes[f"/{file.name}"] = text(file.read_text("utf-8"), content_type="text/html")
    for file in sorted((FOLDER / "vendor").glob("*.*s")):
        kind = "text/css" if file.suffix == ".css" else "text/javascript"
        routes[f"/vendor/{file.name}"] = text(file.read_text("utf-8"), content_type=kind)
    for name, (batches, _) in BATCHES.items():
        routes |= {f"/api/{name}/{n}.json": _batch(name, n) for n in range(1, batches + 1)}
        for path in photos(name):
            routes[path] = _bytes_alone(path) if name == "blob" else image(600, 400)
            routes[path.replace(".jpg", "-small.jpg")] = image(400, 267)
    return routes


def _batch(name: str, number: int) -> Answer:
    batches, size = BATCHES[name]
    wanted = photos(name)[(number - 1) * size : number * size]
    return text(
        json.dumps(
            {
                "photos": [
                    {
                        "src": path,
                        "small": path.replace(".jpg", "-small.jpg"),
                        "title": f"Photo {path[-7:-4]} of {name}",
                        "page": path.replace(".jpg", ".html"),
                    }
                    for path in wanted
                ],
                "next": f"/api/{name}/{number + 1}.json" if number < batches else None,
            }
        ),
        content_type="application/json",
    )


def _bytes_alone(path: str) -> Answer:
    """Return a picture that the server does not call one: only its use shows what it is."""
    return data(b"\xff\xd8\xff\xe0" + path.encode(), content_type="application/octet-stream")
