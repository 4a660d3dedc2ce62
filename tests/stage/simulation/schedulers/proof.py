"""The long form of the comparison of ``dpor`` with plain enumeration: as many programs as the command line says, from
the seed that it says."""

from __future__ import annotations

import sys

from tests.stage.simulation.schedulers.test_on_everything import compare

if __name__ == "__main__":
    count, *seeds = map(int, sys.argv[1:])
    for seed in seeds or [3]:
        print(f"seed {seed}: {compare(seed, count, most=150)}", flush=True)
