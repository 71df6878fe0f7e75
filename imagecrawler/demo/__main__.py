"""``python -m imagecrawler.demo`` serves the demo site; ``… crawl`` serves and crawls it."""

from __future__ import annotations

import argparse
import signal
import sys

from imagecrawler.demo import run
from imagecrawler.demo.server import DemoSite


def main() -> int:
    """Do what the command line says; return the exit code."""
    options = _parser().parse_args()
    if options.command == "crawl":
        return run.crawl(options.store)
    return _serve(options.port, options.image_port)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m imagecrawler.demo", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port of the site (0: any)")
    parser.add_argument("--image-port", type=int, default=0, help="port of the image host")
    commands = parser.add_subparsers(dest="command", metavar="crawl")
    crawl = commands.add_parser("crawl", help="serve the site, crawl it, and stop serving")
    crawl.add_argument("--store", default="data", help="the folder that gets the images")
    return parser


def _serve(port: int, image_port: int) -> int:
    """Serve until SIGINT or SIGTERM; the one line printed is the start URL."""
    stopping = (signal.SIGINT, signal.SIGTERM)
    signal.pthread_sigmask(signal.SIG_BLOCK, stopping)
    try:
        site = DemoSite(port, image_port)
    except OSError as error:
        print(f"Cannot serve on port {port} and {image_port}: {error}", file=sys.stderr)
        return 1
    with site:
        print(site.start_url, flush=True)
        signal.sigwait(stopping)
    return 0


if __name__ == "__main__":
    sys.exit(main())
