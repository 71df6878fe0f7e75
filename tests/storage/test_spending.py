"""What hosts were asked for today survives kills, torn lines and other days."""

from __future__ import annotations

from pathlib import Path

from imagecrawler.coordinator.host_budgets import HostBudgets, next_day
from imagecrawler.coordinator.run import HostLimits
from imagecrawler.storage.spending import HostSpending, Spent

DAY = "2026-11-21"
NOON = 1_795_262_400_000_000
MIDNIGHT = 1_795_305_600_000_000


def spending(root: Path) -> HostSpending:
    (root / "tmp").mkdir(exist_ok=True)
    return HostSpending(str(root), str(root / "tmp"))


def test_nothing_is_lost_by_a_kill_and_a_torn_line_is_left_out(tmp_path: Path) -> None:
    first = spending(tmp_path)
    for _ in range(3):
        first.add(DAY, "a.example", requests=1, size_bytes=10)
    with open(tmp_path / "inflight" / "spent", "a") as file:
        file.write(f"{DAY} a.example 1 x\nrubbish\n{DAY} b.exam")
    second = spending(tmp_path)  # the first was never closed
    assert second.add(DAY, "a.example", requests=1) == Spent(4, 30)
    assert second.hosts.keys() == {"a.example"}
    assert (tmp_path / "inflight" / "spent").read_text().count("\n") == 2
    third = spending(tmp_path)
    third.load(DAY)
    assert third.hosts == {"a.example": Spent(4, 30)}
    assert third.add("2026-11-22", "a.example", requests=1) == Spent(1, 0)
    assert (tmp_path / "inflight" / "spent").read_text().splitlines() == [
        "2026-11-22 a.example 1 0"
    ]


def test_budgets_last_until_midnight_utc(tmp_path: Path) -> None:
    budgets = HostBudgets(HostLimits(requests_per_day=2, bytes_per_day=100), spending(tmp_path))
    assert budgets.spend("a", requests=1, size_bytes=0, now=NOON) == ""
    assert (budgets.requests_left("a", NOON), budgets.requests_left("b", NOON)) == (1, 2)
    assert "2 requests" in budgets.spend("a", requests=1, size_bytes=0, now=NOON)
    assert "100 bytes" in budgets.spend("b", requests=0, size_bytes=100, now=NOON)
    again = HostBudgets(HostLimits(requests_per_day=2, bytes_per_day=100), spending(tmp_path))
    assert again.read(NOON).keys() == again.open(NOON).keys() == {"a", "b"}
    assert next_day(NOON) == MIDNIGHT
    assert again.requests_left("a", MIDNIGHT - 1) == 0
    assert again.requests_left("a", MIDNIGHT) == 2
    assert again.spend("a", requests=1, size_bytes=0, now=MIDNIGHT) == ""


def test_without_budgets_nothing_is_written(tmp_path: Path) -> None:
    budgets = HostBudgets(HostLimits(), spending(tmp_path))
    assert budgets.open(NOON) == {} and not (tmp_path / "inflight").exists()
    assert budgets.spend("a", requests=1, size_bytes=9, now=NOON) == ""
    assert budgets.requests_left("a", NOON) is None
