"""How a command on a store ends: its exit code, and one clear line for what went wrong."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from imagecrawler.exceptions import ArgumentError, ImageCrawlerError
from imagecrawler.storage.store import unwritable


def exit_code(work: Callable[[], int], *, store: Callable[[], str]) -> int:
    """Do the work of a command and return its exit code; an error is one line on stderr.

    0 and 1 are the command's own; 1 is also a store that cannot be used, 2 a wrong argument
    or setting, 3 a store in use. ``store()`` is the folder that an error of the disk is about.
    """
    try:
        return work()
    except ImageCrawlerError as error:
        return _complain(error)
    except BrokenPipeError:  # whoever read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        return _complain(unwritable(store(), error))
    except KeyboardInterrupt:
        print(
            "imagecrawler: stopped; what was done is kept, and can be done again", file=sys.stderr
        )
        return 130


def refuse_unknown(args: list[str], *, most: int | None = 0) -> None:
    """Raise ArgumentError for an option that does not exist, or for words too many."""
    for arg in args:
        if arg.startswith("-"):
            raise ArgumentError(f"there is no option {arg}: add -h to see those that exist")
    if most is not None and len(args) > most:
        raise ArgumentError(f"{args[most]!r} is one argument too many: add -h for help")


def say(text: str, *, error: bool = False) -> None:
    """Print text in which a name or URL from the web cannot steer the terminal."""
    lines = ("".join(c if c.isprintable() else "?" for c in line) for line in text.split("\n"))
    print("\n".join(lines), file=sys.stderr if error else sys.stdout, flush=True)


def _complain(error: ImageCrawlerError) -> int:
    say(f"imagecrawler: {error}", error=True)
    return error.exit_code
