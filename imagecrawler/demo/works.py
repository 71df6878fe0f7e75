"""What the demo gallery shows: series of works, each seen in three lights. Names only."""

from __future__ import annotations

from dataclasses import dataclass

LIGHTS = ("dawn", "noon", "dusk")
WIDTHS_PX = (300, 600, 1200, 1800)
NATIVE_WIDTH_PX = 1800


@dataclass(frozen=True, slots=True)
class Series:
    """Works of one kind; ``motif`` names how ``painting`` draws them."""

    slug: str
    title: str
    motif: str
    text: str
    tags: tuple[str, ...]
    names: tuple[str, str, str]
    suffix: str = "jpg"


@dataclass(frozen=True, slots=True)
class View:
    """One picture: a work in one light. ``file`` is its name on either host."""

    work: str
    light: str
    motif: str
    file: str
    alt: str


@dataclass(frozen=True, slots=True)
class Work:
    """What one detail page is about; ``slug`` is unique in the gallery."""

    slug: str
    title: str
    series: Series
    views: tuple[View, ...]


SERIES = (
    Series(
        "dunes",
        "Dunes",
        "hills",
        "Sand in long waves, one behind the other, until the last one is sky.",
        ("landscape", "sand", "horizon"),
        ("Long Ridge", "Singing Sand", "The Last Well"),
    ),
    Series(
        "lanterns",
        "Lanterns",
        "lights",
        "A street festival, seen by a camera that was never told where to focus.",
        ("night", "light", "bokeh"),
        ("Festival Street", "Paper Moons", "River of Lamps"),
    ),
    Series(
        "tides",
        "Tides",
        "waves",
        "What the sea writes on the beach, line by line, and takes back.",
        ("sea", "lines", "water"),
        ("Low Water", "Spring Tide", "Undertow"),
    ),
    Series(
        "summits",
        "Summits",
        "peaks",
        "Mountains under more stars than a city has windows.",
        ("mountains", "stars", "night"),
        ("First Camp", "North Face", "The Saddle"),
    ),
    Series(
        "rooftops",
        "Rooftops",
        "skyline",
        "A town that is awake: every lit window is somebody's evening.",
        ("city", "windows", "evening"),
        ("Harbour Quarter", "Station Hill", "Seven Towers"),
    ),
    Series(
        "meadows",
        "Meadows",
        "flowers",
        "Flowers as a child draws them, in the number that only a summer has.",
        ("flowers", "summer", "grass"),
        ("Poppy Field", "Daisy Bank", "Clover Corner"),
    ),
    Series(
        "mosaics",
        "Mosaics",
        "tiles",
        "A floor of triangles whose colours wander from one wall to the other.",
        ("geometry", "pattern", "colour"),
        ("Bath House", "Courtyard", "Chapel Floor"),
    ),
    Series(
        "papercuts",
        "Paper Cuts",
        "leaves",
        "Leaves cut from tissue paper. There is nothing behind them: the files are transparent.",
        ("paper", "leaves", "transparent"),
        ("Herbarium", "Windfall", "Pressed Ferns"),
        suffix="png",
    ),
)

_LIGHT_WORDS = {
    "dawn": "in the cool light of dawn",
    "noon": "at noon, all colours awake",
    "dusk": "at dusk, the shadows warm",
}


def _work(series: Series, name: str) -> Work:
    slug = name.lower().replace(" ", "-")
    views = tuple(
        View(
            slug,
            light,
            series.motif,
            f"{slug}-{light}.{series.suffix}",
            f"{name}, {_LIGHT_WORDS[light]}",
        )
        for light in LIGHTS
    )
    return Work(slug, name, series, views)


# In the order of the listing: one of each series in turn, so that a page looks varied.
WORKS = tuple(_work(series, series.names[turn]) for turn in range(3) for series in SERIES)
WORK_BY_SLUG = {work.slug: work for work in WORKS}
VIEW_BY_FILE = {view.file: view for work in WORKS for view in work.views}
