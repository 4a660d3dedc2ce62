"""A lock for many readers at a time or one writer, and targets that would notice if it were not."""

import multiprocessing
from contextlib import contextmanager


class ReadersWriterLock:
    def __init__(self):
        self._readers = multiprocessing.RawValue("i", 0)
        self._changed = multiprocessing.Condition()

    @contextmanager
    def reading(self):
        with self._changed:
            self._readers.value += 1
        try:
            yield
        finally:
            with self._changed:
                self._readers.value -= 1
                self._changed.notify_all()

    @contextmanager
    def writing(self):
        with self._changed:
            self._changed.wait_for(lambda: self._readers.value == 0)
            yield


def read(lock, cells, readers_meet, times):
    """Return how often the cells were not all alike."""
    with lock.reading():
        readers_meet.wait()
    torn = 0
    for _ in range(times):
        with lock.reading():
            torn += len(distinct(cells)) != 1
    return torn


def write(lock, cells, times):
    for _ in range(times):
        with lock.writing():
            for index in range(len(cells)):
                cells[index] += 1


def distinct(cells):
    return sorted(set(cells))
