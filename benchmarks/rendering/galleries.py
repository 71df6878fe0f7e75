"""A site of galleries that scripts build: no picture's address is in any markup.

Every second page is made by a short script of its own, every other one by React.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from benchmarks.crawls import CHECKOUT

_VENDOR = CHECKOUT / "tests" / "galleries" / "vendor"
_REACT = ("react.production.min.js", "react-dom.production.min.js")

_PAGE = (
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Gallery {name}</title>'
    "</head><body><h1>Gallery {name}</h1>"
    '<div id="root" data-from="/data/{name}.json"></div>{scripts}</body></html>\n'
)

_OWN_SCRIPT = """
const root = document.getElementById("root");
fetch(root.dataset.from).then((answer) => answer.json()).then((data) => {
  for (const photo of data.photos) {
    const figure = document.createElement("figure");
    const image = new Image(640, 480);
    image.loading = "lazy";
    image.alt = photo.title;
    image.src = photo.src;
    figure.append(image);
    root.append(figure);
  }
});
"""

_REACT_SCRIPT = """
const h = React.createElement;
const root = document.getElementById("root");
function Gallery() {
  const [photos, setPhotos] = React.useState([]);
  React.useEffect(() => {
    fetch(root.dataset.from).then((answer) => answer.json()).then((data) => setPhotos(data.photos));
  }, []);
  return photos.map((photo) => h("figure", { key: photo.src },
    h("img", { src: photo.src, alt: photo.title, width: 640, height: 480, loading: "lazy" })));
}
ReactDOM.createRoot(root).render(h(Gallery));
"""


@dataclass(frozen=True, slots=True)
class BuiltSite:
    """``pages`` are the paths of the galleries, ``images`` the URLs that their scripts show."""

    start: str
    pages: list[str]
    images: set[str]


def write_built_galleries(root: Path, *, origin: str, pages: int, per_page: int) -> BuiltSite:
    """Write ``pages`` galleries of ``per_page`` pictures each, and a start page of links."""
    (root / "data").mkdir(parents=True)
    for name in _REACT:
        shutil.copy(_VENDOR / name, root / name)
    (root / "own.js").write_text(_OWN_SCRIPT)
    (root / "gallery.js").write_text(_REACT_SCRIPT)
    names = [f"{number:05d}" for number in range(pages)]
    images: set[str] = set()
    for number, name in enumerate(names):
        scripts = _scripts("own.js") if number % 2 else _scripts(*_REACT, "gallery.js")
        (root / f"gallery-{name}.html").write_text(_PAGE.format(name=name, scripts=scripts))
        sources = [f"{origin}/photos/{name}-{n:02d}.jpg" for n in range(per_page)]
        (root / "data" / f"{name}.json").write_text(_data(sources))
        images.update(sources)
    paths = [f"/gallery-{name}.html" for name in names]
    links = "\n".join(f'<a href="{path}">{path}</a>' for path in paths)
    (root / "index.html").write_text(f"<!DOCTYPE html><title>Galleries</title>{links}")
    return BuiltSite(f"{origin}/", paths, images)


def _scripts(*names: str) -> str:
    return "".join(f'<script src="/{name}"></script>' for name in names)


def _data(sources: list[str]) -> str:
    photos = [{"src": source, "title": f"Photo {source[-12:-4]}"} for source in sources]
    return json.dumps({"photos": photos})
