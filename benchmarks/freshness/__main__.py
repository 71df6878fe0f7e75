"""Compare the five policies on the same days: ``python -m benchmarks.freshness --help``."""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import astuple

from benchmarks.freshness.figures import Figures, Journal, figures
from benchmarks.freshness.oracle import deeper_pages, polls_by_rates, polls_by_times
from benchmarks.freshness.real import crawl_days
from benchmarks.freshness.simulation import simulate_days
from benchmarks.freshness.truth import DAY, HOUR, SCENARIOS, Scenario, Stream, streams
from benchmarks.tables import Checks, markdown_table
from imagecrawler.policies.choice import POLICIES

HEADER = (
    "scenario",
    "policy",
    "requests/h",
    "requests/new image",
    "wasted %",
    "found in 1 h %",
    "in 24 h %",
    "mean delay h",
    "median age shown h",
    "shown < 24 h old %",
    "repeats/1000",
    "empty moments",
)
_PERCENT = (2, 3, 4, 7)
_MOST_WASTED = 0.05
_LEAST_FOUND = 0.99
_TIMES_ORACLE = 1.25


def main() -> int:
    """Run what was asked for, print the table and the checks of ``fresh``."""
    arguments = _arguments()
    seconds, begin = arguments.days * DAY, arguments.warm_up * DAY
    sources = streams(seconds=seconds, catalogue=arguments.catalogue, seed=arguments.seed)
    checks = Checks()
    rows = []
    for scenario in SCENARIOS:
        for policy in arguments.policies if scenario.name in arguments.scenarios else ():
            journal = _journal(arguments, policy, sources, scenario)
            found = figures(journal, sources, begin=begin, end=seconds)
            rows.append(_row(scenario.name, policy, found))
            print(*rows[-1], sep="  ", file=sys.stderr, flush=True)
            if policy == "fresh":
                rows += _check(checks, scenario, journal, sources, found, begin, seconds)
    print(markdown_table(HEADER, rows))
    return checks.exit_code


def _journal(
    arguments: argparse.Namespace, policy: str, sources: Sequence[Stream], scenario: Scenario
) -> Journal:
    seconds = arguments.days * DAY
    if not arguments.real:
        return simulate_days(
            policy,
            sources,
            scenario,
            seconds=seconds,
            low_water=arguments.low_water,
            requests_an_hour=arguments.requests_per_hour,
        )
    return crawl_days(
        policy,
        sources,
        scenario,
        seconds=seconds,
        factor=arguments.factor,
        low_water=arguments.low_water,
        requests_an_hour=arguments.requests_per_hour,
    )


def _check(
    checks: Checks,
    scenario: Scenario,
    journal: Journal,
    sources: Sequence[Stream],
    found: Figures,
    begin: float,
    end: float,
) -> Iterator[Sequence[object]]:
    """Check what is promised of ``fresh``; yield what those who know the truth would ask."""
    name = f"{scenario.name}: fresh "
    checks.that(found.within_day >= _LEAST_FOUND, f"{name}finds {found.within_day:.1%} in a day")
    if not found.within_day:
        return
    hours = (end - begin) / HOUR
    delay = found.delay_hours * HOUR
    news = sum(begin <= moment < end for stream in sources for moment in stream.arrivals)
    every = sum(new for moment, new in journal.lists if begin <= moment < end)
    deeper = deeper_pages(every, news) / hours
    by_rates = polls_by_rates(sources, delay_seconds=delay, seconds=end - begin) / hours + deeper
    by_times = polls_by_times(sources, delay_seconds=delay, begin=begin, end=end) / hours + deeper
    blank = ["", "", "", "", round(found.delay_hours, 3), "", "", "", ""]
    yield [scenario.name, "who knows the rates", by_rates, *blank]
    yield [scenario.name, "who is told the times", by_times, *blank]
    times = found.requests_an_hour / by_rates
    checks.that(times <= _TIMES_ORACLE, f"{name}asks {times:.2f} times as often as by the rates")
    checks.that(found.wasted < _MOST_WASTED, f"{name}wastes {found.wasted:.1%} of its requests")
    checks.that(not found.repeats_per_1000, f"{name}repeats nothing")
    checks.that(not found.empty, f"{name}has no empty moment of {found.empty}")


def _row(scenario: str, policy: str, found: Figures) -> list[object]:
    values = list(astuple(found))
    cells = [100 * v if n in _PERCENT else v for n, v in enumerate(values)]
    return [
        scenario,
        policy,
        *("-" if isinstance(v, float) and math.isnan(v) else v for v in cells),
    ]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.freshness", description=__doc__)
    parser.add_argument("--real", action="store_true", help="crawl the mock site, in fast time")
    parser.add_argument("--days", type=float, default=14.0, help="of the site (default 14)")
    parser.add_argument("--warm-up", type=float, default=7.0, help="days not measured (default 7)")
    parser.add_argument("--factor", type=float, default=288.0, help="how much faster (288)")
    parser.add_argument("--policies", nargs="+", default=list(POLICIES), choices=list(POLICIES))
    parser.add_argument("--scenarios", default="ABC", help="some of A, B and C (default ABC)")
    parser.add_argument("--low-water", type=int, default=200, help="images kept ready (200)")
    parser.add_argument("--requests-per-hour", type=float, default=20.0, help="polls of all (20)")
    parser.add_argument("--catalogue", type=int, default=15_000, help="older items of a source")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
