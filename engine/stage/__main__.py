"""The stage's first file, and that of every ``spawn`` and ``forkserver`` child it has.

It is run by path, so that an interpreter which has no ``engine`` installed can run it, and makes this package
importable under a private name: the scenario may well have an ``engine`` of its own. ``multiprocessing`` runs it
again in each child, as ``__mp_main__``, before it unpickles the process; so it does no more than that, and costs
little. Written so that an interpreter too old for the rest can still read it and say so.
"""

import sys

ROOT = "_scenario_engine"

if sys.version_info < (3, 10):
    sys.exit("Python 3.10 or later is needed, this is " + sys.version.split()[0])

if ROOT not in sys.modules:
    sys.modules[ROOT] = type(sys)(ROOT)
    sys.modules[ROOT].__path__ = [__file__.rsplit("stage", 1)[0].rstrip("/\\")]

if __name__ == "__main__":
    from importlib import import_module

    import_module(ROOT + (".stage.simulation.service" if "simulation" in sys.argv[1:2] else ".stage.nursery")).main()
