"""Tables and checks as the benchmarks print them: Markdown, so that a README can take them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table with aligned columns; floats are written with 3 digits."""
    cells = [list(header), *([_text(cell) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in cells
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def _text(cell: object) -> str:
    if isinstance(cell, float):
        return f"{cell:.0f}" if cell >= 100 else f"{cell:.3g}"
    return str(cell)


class Checks:
    """Statements that must hold: printed as they are made, counted for the exit code."""

    def __init__(self) -> None:
        self.failed = 0

    def that(self, holds: bool, statement: str, otherwise: Iterable[object] = ()) -> None:
        """Print one statement, and at most 20 of the exceptions when it does not hold."""
        print(f"{'ok  ' if holds else 'FAIL'}  {statement}", flush=True)
        if holds:
            return
        self.failed += 1
        for number, exception in enumerate(otherwise):
            if number == 20:
                print("        …")
                break
            print(f"        {exception}")

    @property
    def exit_code(self) -> int:
        """0 when everything held, else 1."""
        return 1 if self.failed else 0
