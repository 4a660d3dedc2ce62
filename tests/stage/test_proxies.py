"""The calls of a manager's proxies bear the names of what they are for, and do what they did."""

from __future__ import annotations

from tests.processes_support import python

CODE = """
import multiprocessing, sys
from engine.stage import proxies

if __name__ == "__main__":
    with multiprocessing.Manager() as manager:
        shared = {"plain": 1, "numbers": manager.list([1]), "other": manager.Queue(), "box": manager.Namespace()}
        named = proxies.calls(shared)
        print(list(named.values()))
        for _ in range(2):
            proxies.announce(named)
        called = []
        sys.setprofile(lambda frame, event, _: event == "call" and called.append(frame.f_code.co_name))
        shared["numbers"].append(2)
        manager.list()
        shared["box"].x = 5
        sys.setprofile(None)
        print([name for name in called if name.startswith("proxy_")], list(shared["numbers"]), shared["box"].x)
"""


def test_each_call_goes_through_a_function_that_bears_its_name() -> None:
    assert python(CODE) == (
        "[('proxy_0', 'numbers'), ('proxy_1', 'other'), ('proxy_2', 'box')]\n['proxy_0', 'proxy_2'] [1, 2] 5\n"
    )


def test_where_no_manager_is_nothing_is_loaded_for_it() -> None:
    code = """
    import sys
    from engine.stage import proxies
    proxies.announce(proxies.calls({}))
    print("multiprocessing.managers" in sys.modules)
    """

    assert python(code) == "False\n"
