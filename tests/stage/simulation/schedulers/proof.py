"""The long form of the comparison of ``dpor`` with plain enumeration: as many programs as the command line says."""

from __future__ import annotations

import sys

from tests.stage.simulation.schedulers.test_on_everything import compare

if __name__ == "__main__":
    print(compare(seed=3, count=int(sys.argv[1]), most=150))
