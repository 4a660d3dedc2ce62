"""How long somebody may be held back, or have bad luck, while the others only look."""

from __future__ import annotations

from collections.abc import Sequence

from ..world import Taken

_STEPS = 16


def is_over(trace: Sequence[Taken]) -> bool:
    """Whether the last steps, by whomever, have changed nothing: they may well wait for somebody else."""
    if len(trace) < _STEPS or trace[-1].step.state is not trace[-1].before:
        return False
    return all(taken.step.state is taken.before for taken in trace[-_STEPS:])
