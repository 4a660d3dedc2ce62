"""Each type of ``shared`` in its ordinary use, and what it holds at the end.

``user`` and ``other`` both get the primitive, or one end of it each; ``after`` is the parent's last act.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from engine.plan import CODE_MODULE, Reference
from tests.processes_support import ref


class Use(NamedTuple):
    """Two processes' use of a primitive, what each returns, and the final value."""

    code: str
    parameters: Mapping[str, object]
    returns: Sequence[object]
    final: object
    arguments: Sequence[Sequence[Reference]] = ([ref("it")], [ref("it")])


BETWEEN_PROCESSES = {
    "Event": Use(
        """
        def user(event): return event.wait()
        def other(event): return event.set()
        """,
        {},
        [True, None],
        {"set": True},
    ),
    "Lock": Use(
        """
        def user(lock):
            with lock:
                return lock.acquire(block=False)
        def other(lock):
            with lock: pass
        def after(lock): lock.acquire()
        """,
        {},
        [False, None],
        {"locked": True},
    ),
    "Manager.dict": Use(
        """
        def user(mapping): mapping["user"] = 1
        def other(mapping): mapping.update(other=[2])
        def after(mapping): mapping["last"] = mapping.pop("user") + mapping["first"]
        """,
        {"value": {"first": 10}},
        [None, None],
        {"first": 10, "other": [2], "last": 11},
    ),
    "Manager.list": Use(
        """
        def user(items): items.append("x")
        def other(items): items.append("x")
        def after(items): items.insert(0, len(items))
        """,
        {"value": ["first"]},
        [None, None],
        [3, "first", "x", "x"],
    ),
    "Pipe": Use(
        """
        def user(end):
            end.send("a question")
            return end.recv()
        def other(end):
            asked = end.recv()
            end.send("an answer")
            end.send("left over")
            return asked
        """,
        {},
        ["an answer", "a question"],
        [["left over"], []],
        ([ref("it", 0)], [ref("it", 1)]),
    ),
    "Queue": Use(
        """
        def user(queue):
            for item in range(4):
                queue.put(item)
        def other(queue): return [queue.get(), queue.get()]
        """,
        {"maxsize": 2},
        [None, [0, 1]],
        [2, 3],
    ),
    "SimpleQueue": Use(
        """
        def user(queue):
            for item in range(4):
                queue.put(item)
        def other(queue): return [queue.get(), queue.get()]
        """,
        {},
        [None, [0, 1]],
        [2, 3],
    ),
    "Value": Use(
        """
        def user(value):
            for _ in range(200):
                with value.get_lock():
                    value.value += 1
        other = user
        """,
        {"typecode": "i", "value": 5},
        [None, None],
        405,
    ),
    "Array": Use(
        """
        def user(array):
            with array.get_lock():
                array[0] += 1
                return len(array)
        other = user
        """,
        {"typecode": "i", "values": [5, 6]},
        [2, 2],
        [7, 6],
    ),
    "Barrier": Use(
        """
        def user(barrier): return barrier.wait() in (0, 1)
        other = user
        """,
        {"parties": 2},
        [True, True],
        {"waiting": 0, "broken": False},
    ),
    "BoundedSemaphore": Use(
        """
        def user(semaphore):
            with semaphore: pass
        def other(semaphore):
            semaphore.acquire()
        """,
        {"value": 3},
        [None, None],
        {"value": 2},
    ),
    "Condition": Use(
        """
        def user(condition):
            with condition:
                condition.notify_all()
        other = user
        """,
        {},
        [None, None],
        {"locked": False},
    ),
    "Custom": Use(
        """
        import multiprocessing
        def build(first): return multiprocessing.Value("i", first)
        def snapshot(counter): return {"count": counter.value}
        def user(counter):
            with counter.get_lock():
                counter.value += 1
        other = user
        """,
        {"factory": f"{CODE_MODULE}:build", "args": [40], "snapshot": f"{CODE_MODULE}:snapshot"},
        [None, None],
        {"count": 42},
    ),
    "Fifo": Use(
        """
        def user(path):
            with open(path, "w") as file:
                file.write("through the pipe")
        def other(path):
            with open(path) as file:
                return file.read()
        """,
        {},
        [None, "through the pipe"],
        None,
    ),
    "File": Use(
        """
        def user(path):
            with open(path, "a") as file:
                file.write("x")
        other = user
        """,
        {"text": "so far: "},
        [None, None],
        "so far: xx",
    ),
    "JoinableQueue": Use(
        """
        def user(queue):
            for item in range(3):
                queue.put(item)
            queue.join()
        def other(queue):
            got = []
            for _ in range(3):
                got.append(queue.get())
                queue.task_done()
            return got
        def after(queue): queue.put("left over")
        """,
        {},
        [None, [0, 1, 2]],
        ["left over"],
    ),
    "Manager.Array": Use(
        """
        def user(array): array[0] = 7
        def other(array): array[1] = 8
        """,
        {"typecode": "i", "values": [1, 2, 3]},
        [None, None],
        [7, 8, 3],
    ),
    "Manager.Barrier": Use(
        """
        def user(barrier): return barrier.wait() in (0, 1)
        other = user
        """,
        {"parties": 2},
        [True, True],
        {"waiting": 0, "broken": False},
    ),
    "Manager.BoundedSemaphore": Use(
        """
        def user(semaphore):
            with semaphore: pass
        def other(semaphore): semaphore.acquire()
        """,
        {"value": 3},
        [None, None],
        {"value": 2},
    ),
    "Manager.Condition": Use(
        """
        def user(condition):
            with condition:
                condition.notify_all()
        other = user
        """,
        {},
        [None, None],
        {"locked": False},
    ),
    "Manager.Event": Use(
        """
        def user(event): return event.wait()
        def other(event): return event.set()
        """,
        {},
        [True, None],
        {"set": True},
    ),
    "Manager.JoinableQueue": Use(
        """
        def user(queue):
            queue.put("a")
            queue.join()
        def other(queue):
            item = queue.get()
            queue.task_done()
            return item
        def after(queue): queue.put("left over")
        """,
        {},
        [None, "a"],
        ["left over"],
    ),
    "Manager.Lock": Use(
        """
        def user(lock):
            with lock:
                return lock.acquire(False)
        def other(lock):
            with lock: pass
        def after(lock): lock.acquire()
        """,
        {},
        [False, None],
        {"locked": True},
    ),
    "Manager.Namespace": Use(
        """
        def user(namespace): namespace.user = 1
        def other(namespace): return namespace.first
        """,
        {"value": {"first": 10}},
        [None, 10],
        {"first": 10, "user": 1},
    ),
    "Manager.Queue": Use(
        """
        def user(queue):
            for item in range(4):
                queue.put(item)
        def other(queue): return [queue.get(), queue.get()]
        """,
        {"maxsize": 2},
        [None, [0, 1]],
        [2, 3],
    ),
    "Manager.RLock": Use(
        """
        def user(lock):
            with lock:
                return lock.acquire(False), lock.release()
        def other(lock): pass
        """,
        {},
        [(True, None), None],
        {"locked": False},
    ),
    "Manager.Semaphore": Use(
        """
        def user(semaphore): semaphore.release()
        other = user
        """,
        {"value": 1},
        [None, None],
        {"value": 3},
    ),
    "Manager.Value": Use(
        """
        def user(value): value.value = value.get() + "!"
        def other(value): pass
        """,
        {"typecode": "u", "value": "text"},
        [None, None],
        "text!",
    ),
    "RLock": Use(
        """
        def user(lock):
            with lock:
                return lock.acquire(block=False), lock.release()
        def other(lock):
            with lock: pass
        """,
        {},
        [(True, None), None],
        {"locked": False},
    ),
    "RawArray": Use(
        """
        def user(array): array[0] = 1.5
        def other(array): array[2] = 2.5
        """,
        {"typecode": "d", "size": 3},
        [None, None],
        [1.5, 0.0, 2.5],
    ),
    "RawValue": Use(
        """
        def user(value): value.value = 7
        def other(value): return hasattr(value, "get_lock")
        """,
        {"typecode": "c_long"},
        [None, False],
        7,
    ),
    "Semaphore": Use(
        """
        def user(semaphore): semaphore.release()
        other = user
        """,
        {"value": 0},
        [None, None],
        {"value": 2},
    ),
    "ShareableList": Use(
        """
        def user(items): items[0] = "new"
        def other(items): items[2] = 5
        """,
        {"value": ["text", None, 1]},
        [None, None],
        ["new", None, 5],
    ),
    "SharedMemory": Use(
        """
        def user(block): block.buf[0] = 7
        def other(block): return block.buf[1]
        """,
        {"value": [1, 2, 3]},
        [None, 2],
        [7, 2, 3],
    ),
    "Socketpair": Use(
        """
        def user(end):
            end.sendall(b"question")
            return end.recv(6)
        def other(end):
            asked = end.recv(8)
            end.sendall(b"answer")
            end.sendall(b"!")
            return asked
        """,
        {},
        [b"answer", b"question"],
        [b"!", b""],
        ([ref("it", 0)], [ref("it", 1)]),
    ),
}


SET = """
def user(event): return event.wait()
def other(event): return event.set()
"""
HOLD = """
def user(lock): return lock.acquire()
def other(lock): pass
def after(lock): return lock.acquire(False)
"""
RELEASE = """
def user(semaphore): semaphore.release()
def other(semaphore): semaphore.acquire()
"""
MEET = """
def user(barrier): return barrier.wait() in (0, 1)
other = user
"""

BETWEEN_THREADS = {
    "queue.LifoQueue": Use("def user(queue): queue.put(1)\ndef other(queue): queue.put(1)", {}, [None, None], [1, 1]),
    "queue.PriorityQueue": Use(
        "def user(queue): queue.put(2)\ndef other(queue): queue.put(1)", {}, [None, None], [1, 2]
    ),
    "queue.Queue": Use("def user(queue): queue.put(1)\ndef other(queue): return queue.get()", {}, [None, 1], []),
    "queue.SimpleQueue": Use("def user(queue): queue.put(1)\ndef other(queue): queue.put(1)", {}, [None, None], [1, 1]),
    "threading.Barrier": Use(MEET, {"parties": 2}, [True, True], {"waiting": 0, "broken": False}),
    "threading.BoundedSemaphore": Use(
        "def user(semaphore): semaphore.acquire()\ndef other(semaphore): pass", {"value": 2}, [None, None], {"value": 1}
    ),
    "threading.Condition": Use(HOLD, {}, [True, None], {"locked": True}),
    "threading.Event": Use(SET, {}, [True, None], {"set": True}),
    "threading.Lock": Use(HOLD, {}, [True, None], {"locked": True}),
    "threading.RLock": Use(HOLD, {}, [True, None], {"locked": True}),
    "threading.Semaphore": Use(RELEASE, {"value": 3}, [None, None], {"value": 3}),
}
