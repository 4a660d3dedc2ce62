"""Whatever a scenario has to say, the engine keeps little of it, and says what it cut."""

from __future__ import annotations

import pytest

from tests.chaos.bounds import CASES, LIMIT_MB, Case, Peaks, measure

pytestmark = pytest.mark.slow

SIZE = 256 << 20
"""More than the engine may take: it has kept nothing that depends on the size."""

CUT = {
    "lines": ("stdout",),
    "one line": ("stdout",),
    "binary rubbish, invalid as UTF-8": ("stdout", "stderr"),
    "control characters": ("stdout",),
    "an exception's message": ("stderr",),
}
"""What of whose output is cut, and counted."""


def within(peaks: Peaks) -> bool:
    return max(peaks.engine_mb, peaks.nursery_mb) < LIMIT_MB


@pytest.mark.parametrize("name", CASES)
def test_the_engine_keeps_little_of_what_is_much(name: str) -> None:
    peaks = measure(CASES[name], SIZE)
    [scenario] = peaks.report["scenarios"]
    processes = scenario["processes"].values()

    assert within(peaks), peaks[:3]
    assert len(processes) == CASES[name].replicas
    for process in processes:
        assert tuple(process["cut"]) == CUT.get(name, ())
        for stream, count in process["cut"].items():
            assert f"one[0]: {count:,} more bytes of {stream} were not kept\n" in peaks.terminal
            assert count > SIZE * 0.9
    assert len(peaks.terminal) < 50_000 * CASES[name].replicas or CASES[name].options


def test_what_is_returned_says_what_was_cut() -> None:
    returned = {
        name: measure(CASES[f"a return value of {name}"], 4 << 20).report["scenarios"][0]["processes"]["one[0]"][
            "returns"
        ]
        for name in ("text", "bytes", "many numbers")
    }

    assert returned["text"].endswith("x... [3145728 more characters]")
    assert returned["bytes"].endswith("... [4094305 more bytes]")
    assert returned["many numbers"][-1] == "<cut: 424288 more items>"


def test_too_much_would_be_noticed() -> None:
    peaks = measure(Case("pass"), 1)

    assert within(peaks)
    assert not within(peaks._replace(engine_mb=LIMIT_MB))
    assert not within(peaks._replace(nursery_mb=LIMIT_MB))
