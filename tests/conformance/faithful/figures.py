"""What came of many trials, added up."""

from __future__ import annotations

from collections import Counter

from tests.conformance.faithful.trial import Trial


class Figures:
    """Add trials; its text is what to write down."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._left_out: Counter[str] = Counter()
        self._unforced: Counter[str] = Counter()

    @property
    def disagreements(self) -> int:
        return self._counts["not explored"] + self._counts["not reached"]

    def add(self, trial: Trial) -> None:
        if trial.left_out:
            self._left_out[trial.left_out] += 1
            return
        self._counts["programs"] += 1
        for name in ("schedules", "outcomes", "runs", "seen", "forced", "late"):
            self._counts[name] += getattr(trial, name)
        self._counts.update(one.kind for one in trial.disagreements)
        self._unforced += trial.unforced

    def __str__(self) -> str:
        n = self._counts
        left_out = ", ".join(f"{count:,} {reason}" for reason, count in self._left_out.most_common())
        unforced = "".join(f"\n    {count:,}: {reason}" for reason, count in self._unforced.most_common())
        return (
            f"{n['programs']:,} programs explored to the end in {n['schedules']:,} schedules"
            f" ({sum(self._left_out.values()):,} left out: {left_out or 'none'})\n"
            f"{n['runs']:,} real runs with delays, which came to {n['seen']:,} of the {n['outcomes']:,} outcomes"
            f" explored; {n['not explored']:,} came to another\n"
            f"{n['forced']:,} outcomes reached by forcing their schedules ({n['late']:,} of them not at once);"
            f" {n['not reached']:,} not reached\n"
            f"{sum(self._unforced.values()):,} that cannot be forced{':' if unforced else ''}{unforced}"
        )
