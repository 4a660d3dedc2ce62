"""Whether the simulation is faithful, both ways: what happens is among what it says can, and what it says can, does.

``programs`` draws small scenarios over every type of ``shared``, ``trial`` asks both sides about one of them,
``figures`` adds up what came of many. ``python -m tests.conformance.faithful`` is the long form.
"""
