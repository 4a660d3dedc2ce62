"""What small programs do with each type of ``shared``: ways to make it, and statements on one that is called ``x``.

A statement that is an expression has its value noted. Those that may wait for ever are few, for a deadlock takes a
while to be recognised.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple


class Use(NamedTuple):
    """``parameters`` are ways to make it. Of ``statements`` one ends in a colon if another one goes inside it."""

    parameters: Sequence[Mapping[str, Any]]
    statements: Sequence[str]
    ends: int = 0


_BARE: Sequence[Mapping[str, Any]] = ({},)
_PERMITS = ({"value": 0}, {"value": 1}, {"value": 1}, {"value": 2})
_NUMBERS = ({"typecode": "i", "value": 5}, {"typecode": "i", "value": 0}, {"typecode": "d", "value": 0.5})
_LISTS = ({"typecode": "i", "values": [1, 2]}, {"typecode": "d", "values": [0.5, 2.0]}, {"typecode": "b", "size": 2})
_SIZES = ({"maxsize": 0}, {"maxsize": 1}, {"maxsize": 2})

_LOCK = (
    "x.acquire(False)",
    "x.acquire(timeout=0.004)",
    "x.acquire()",
    "x.release()",
    "x.release()",
    "with x:",
    "with x:",
)
_MANAGERS_LOCK = (
    "x.acquire(False)",
    "x.acquire(True, 0.004)",
    "x.acquire()",
    "x.release()",
    "x.release()",
    "with x:",
    "with x:",
)
_CONDITION = (
    "with x: note(x.wait(0.004))",
    "with x: note(x.wait())",
    "with x: note(x.wait_for(lambda: seen, 0.004))",
    "with x: note(x.wait_for(lambda: seen))",
    "with x: x.notify()",
    "with x: x.notify(2)",
    "with x: x.notify_all()",
    "x.acquire(False)",
    "x.notify()",
    "x.wait(0.004)",
    "with x:",
)
_EVENT = ("x.is_set()", "x.set()", "x.set()", "x.clear()", "x.wait()", "x.wait(0.004)", "x.wait(0)")
_BARRIER = (
    "x.wait()",
    "x.wait(0.004)",
    "x.wait(0.004)",
    "x.wait(0)",
    "x.abort()",
    "x.reset()",
    "x.n_waiting",
    "x.broken",
    "x.parties",
)
_NUMBER = ("x.value", "x.value = 1", "x.value += 1", "x.value *= 2", "x.value = 'text'")
_GUARDED = (
    "with x.get_lock():",
    "with x: x.value += 1",
    "x.acquire(False)",
    "x.release()",
    "x.get_lock().acquire(timeout=0.004)",
    "x.get_obj().value += 1",
)
_SLOTS = (
    "x[0]",
    "x[1] = 1",
    "x[0] += 1",
    "x[0:2]",
    "x[:] = [3, 4]",
    "list(x)",
    "x[0] = x[1]",
    "x[2]",
    "len(x)",
    "x[-1]",
    "x[5] = 1",
    "x[0] = 'text'",
    "x[:] = [1]",
    "x[::-1]",
    "x[1:] = x[:1]",
    "1 in x",
)
_QUEUE = (
    "x.put('a')",
    "x.put(me)",
    "x.put(me)",
    "x.put([me], False)",
    "x.put_nowait('b')",
    "x.put('c', timeout=0.004)",
    "x.put(seen)",
    "x.put(None)",
    "x.put(x.get(timeout=0.004))",
    "x.get()",
    "x.get(timeout=0.004)",
    "x.get(False)",
    "x.get_nowait()",
    "x.empty()",
    "x.full()",
    "x.qsize()",
)
_FEEDER = ("x.close()", "x.cancel_join_thread()", "x.join_thread()", "x.put(LARGE)", "x.put(lambda: me)")
_TASKS = ("x.task_done()", "x.task_done()", "x.join()")
_LIST = (
    "x[0]",
    "x[-1] = me",
    "x.append(me)",
    "x.append('a')",
    "x.pop()",
    "x.pop(0)",
    "len(x)",
    "x[:]",
    "list(x)",
    "x.insert(0, me)",
    "x.extend(['b', me])",
    "x.remove('a')",
    "x.index('a')",
    "x.count('a')",
    "'a' in x",
    "x.reverse()",
    "x.sort()",
    "x[0] += me",
    "del x[0]",
)
_DICT = (
    "x['a']",
    "x['a'] = me",
    "x.get('b')",
    "x.get('b', 0)",
    "x.setdefault('b', me)",
    "x.update(c=me)",
    "x.pop('a')",
    "x.pop('a', None)",
    "x.popitem()",
    "'a' in x",
    "len(x)",
    "x.keys()",
    "x.values()",
    "x.items()",
    "x.copy()",
    "x.clear()",
    "x['n'] = x.get('n', 0) + 1",
    "del x['a']",
    "list(x)",
)

USES: Mapping[str, Use] = {
    "Lock": Use(_BARE, _LOCK),
    "RLock": Use(_BARE, _LOCK),
    "Semaphore": Use(_PERMITS, (*_LOCK, "x.get_value()")),
    "BoundedSemaphore": Use(_PERMITS[1:], (*_LOCK, "x.get_value()")),
    "Event": Use(_BARE, _EVENT),
    "Condition": Use(_BARE, _CONDITION),
    "Barrier": Use(({"parties": 2}, {"parties": 2}, {"parties": 1}, {"parties": 2, "timeout": 0.004}), _BARRIER),
    "Value": Use(_NUMBERS, (*_NUMBER, *_NUMBER, *_GUARDED)),
    "RawValue": Use(_NUMBERS, _NUMBER),
    "Array": Use(_LISTS, (*_SLOTS, "with x.get_lock():", "with x: x[0] += 1", "x.acquire(False)")),
    "RawArray": Use(_LISTS, _SLOTS),
    "Queue": Use(_SIZES, (*_QUEUE, *_FEEDER)),
    "JoinableQueue": Use(_SIZES, (*_QUEUE, *_FEEDER, *_TASKS)),
    "SimpleQueue": Use(
        _BARE,
        (
            "x.put(me)",
            "x.put('a')",
            "x.put(seen)",
            "x.put(LARGE)",
            "x.put(lambda: me)",
            "x.get()",
            "x.get()",
            "x.empty()",
            "x.close()",
        ),
    ),
    "Pipe": Use(
        ({}, {}, {"duplex": False}),
        (
            "x.send(me)",
            "x.send('a')",
            "x.send([])",
            "x.recv()",
            "x.poll()",
            "x.poll(0.004)",
            "x.poll() and note(x.recv())",
            "x.send_bytes(b'b')",
            "x.recv_bytes()",
            "x.recv_bytes(1)",
            "x.recv_bytes_into(bytearray(8))",
            "x.send(LARGE)",
            "x.send(seen)",
            "x.send(lambda: me)",
            "len(connection.wait([x], 0.004))",
            "len(connection.wait([x]))",
            "x.closed",
            "x.close()",
            "with x: note(x.poll())",
        ),
        ends=2,
    ),
    "SharedMemory": Use(
        ({"value": [1, 2]}, {"size": 4096}),
        (
            "x.buf[0]",
            "x.buf[1] = 9",
            "x.buf[0] += 1",
            "bytes(x.buf[0:2])",
            "x.buf[0:2] = b'ab'",
            "x.size",
            "x.buf[0:2] = b'a'",
            "x.buf[0] = 300",
            "x.buf[9999]",
            "x.close()",
            "x.unlink()",
            "shared_memory.SharedMemory(x.name).buf[0]",
        ),
    ),
    "ShareableList": Use(
        ({"value": ["text", 1, None]},),
        ("x[0]", "x[1] = 2", "x[1] += 1", "x[0] = 'else'", "x.count(1)", "x.index(1)", "len(x)", "list(x)", "x[3]"),
    ),
    "Manager.Lock": Use(_BARE, _MANAGERS_LOCK),
    "Manager.RLock": Use(_BARE, _MANAGERS_LOCK),
    "Manager.Semaphore": Use(_PERMITS, _MANAGERS_LOCK),
    "Manager.BoundedSemaphore": Use(_PERMITS[1:], _MANAGERS_LOCK),
    "Manager.Event": Use(_BARE, _EVENT),
    "Manager.Condition": Use(_BARE, _CONDITION),
    "Manager.Barrier": Use(({"parties": 2}, {"parties": 1}), _BARRIER),
    "Manager.Value": Use(_NUMBERS, (*_NUMBER, "x.get()", "x.set(7)")),
    "Manager.Array": Use(({"typecode": "i", "values": [1, 2]},), _SLOTS[:4] + _SLOTS[6:]),
    "Manager.Namespace": Use(({"value": {"a": 1}},), ("x.a", "x.a += 1", "x.b = me", "x.b", "del x.a")),
    "Manager.list": Use(({"value": ["a", "b"]}, {}), _LIST),
    "Manager.dict": Use(({"value": {"a": "z"}}, {}), _DICT),
    "Manager.Queue": Use(_SIZES, _QUEUE),
    "Manager.JoinableQueue": Use(_SIZES, (*_QUEUE, *_TASKS)),
    "threading.Lock": Use(_BARE, _LOCK),
    "threading.RLock": Use(_BARE, _LOCK),
    "threading.Semaphore": Use(_PERMITS, _LOCK),
    "threading.BoundedSemaphore": Use(_PERMITS[1:], _LOCK),
    "threading.Event": Use(_BARE, _EVENT),
    "threading.Condition": Use(_BARE, _CONDITION),
    "threading.Barrier": Use(({"parties": 2}, {"parties": 1}), _BARRIER),
    "queue.Queue": Use(_SIZES, (*_QUEUE, *_TASKS)),
    "queue.LifoQueue": Use(_SIZES, (*_QUEUE, *_TASKS)),
    "queue.PriorityQueue": Use(_SIZES, (*_QUEUE, *_TASKS)),
    "queue.SimpleQueue": Use(_BARE, _QUEUE[:11]),
}

ANYWHERE = (
    "print(me)",
    "print(me, flush=True)",
    "print(me, end='')",
    "print(me, file=sys.stderr)",
    "sys.stdout.flush()",
    "os.write(1, b'bytes')",
    "time.sleep(0.002)",
    "sys.exit(3)",
    "sys.exit('text')",
    "os._exit(4)",
    "raise KeyError(me)",
    "os.kill(os.getpid(), signal.SIGKILL)",
    "os.kill(os.getpid(), signal.SIGTERM)",
    "atexit.register(print, me) and None",
    "multiprocessing.current_process().daemon",
    "len(multiprocessing.active_children())",
    "try: note(seen[0])\nfinally: print(me)",
)
"""What has to do with none of them."""

AROUND = ("for number in range(2):", "if seen:", "while len(seen) < 2:")
"""What has to do with none of them, and has a statement inside."""

OF_A_CHILD = (
    *("child.start()", "child.start()", "child.start()", "child.join()", "child.join(0.004)", "child.join(0.004)"),
    *("child.is_alive()", "child.exitcode", "child.terminate()", "child.kill()", "child.daemon", "child.close()"),
    *("near.close()", "far.close()", "near.send(me)", "near.recv()", "near.poll(0.004)", "near.poll()", "far.recv()"),
    "len(connection.wait([child.sentinel], 0.004))",
)
"""On a process that a target has made, and on a pipe to it."""

IN_A_CHILD = (
    "near.close()",
    "far.close()",
    "far.send(me)",
    "far.recv()",
    "far.recv()",
    "far.poll(0.004)",
    "far.poll()",
)
"""On that pipe, in that process."""
