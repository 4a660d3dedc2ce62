"""In which order the scenario's processes are started, as far as the plan alone decides that.

By this order they are numbered, and the number is in the names that Python makes up for what they start themselves.

Source: ``stage/company.py``; CPython, Lib/multiprocessing/process.py (``_process_counter``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...plan import ProcessPlan


def starting_order(processes: Sequence[ProcessPlan]) -> Mapping[str, int]:
    """The place of each, by name, from 1 on. Of those that may come before one another or after it, nothing is said."""
    in_order = [one.name for one in processes if not (one.start_after or one.delay_s)]
    late: dict[frozenset[str], list[str]] = {}
    for one in processes:
        if one.start_after or one.delay_s:
            late.setdefault(frozenset(one.start_after), []).append(one.name)
    while late:
        first = [after for after in late if not any(after.intersection(names) for names in late.values())]
        if len(first) != 1 or (len(processes) - len(in_order) > 1 and any(one.delay_s for one in processes)):
            break
        in_order += late.pop(first[0])
    return {name: place for place, name in enumerate(in_order, 1)}
