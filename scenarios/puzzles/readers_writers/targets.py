"""Readers share the room, a writer has it alone: the first reader in takes it, the last one out gives it back."""

import time

READERS, WRITERS = 0, 1


def enter(readers, room_empty):
    with readers.get_lock():
        readers.value += 1
        if readers.value == 1:
            room_empty.acquire()


def leave(readers, room_empty):
    with readers.get_lock():
        readers.value -= 1
        if readers.value == 0:
            room_empty.release()


# Who goes first: one reader is inside, a writer comes, and then other readers.


def reader(readers, room_empty, visits, come_after, say, stay_until):
    come_after.wait()
    enter(readers, room_empty)
    visits.put("reader")
    say.set()
    stay_until.wait()
    leave(readers, room_empty)


def writer(room_empty, visits, come_after, say):
    come_after.wait()
    say.set()
    with room_empty:
        visits.put("writer")


def reader_at_turnstile(turnstile, readers, room_empty, visits, come_after, say, stay_until):
    come_after.wait()
    with turnstile:
        pass
    enter(readers, room_empty)
    visits.put("reader")
    say.set()
    stay_until.wait()
    linger()
    leave(readers, room_empty)


def writer_at_turnstile(turnstile, room_empty, visits, come_after, stand_until):
    come_after.wait()
    with turnstile:
        stand_until.wait()
        with room_empty:
            visits.put("writer")


# Who meets whom: readers and writers that come again and again.


def read_often(times, turnstile, readers, room_empty, inside):
    writers_met = []
    for _ in range(times):
        with turnstile:
            pass
        enter(readers, room_empty)
        writers_met.append(stay(READERS, inside)[WRITERS])
        leave(readers, room_empty)
    return writers_met


def write_often(times, turnstile, room_empty, inside):
    met = []
    for _ in range(times):
        with turnstile, room_empty:
            met.append(stay(WRITERS, inside))
    return met


def stay(role, inside):
    """Return how many readers and writers are inside, oneself among them."""
    with inside.get_lock():
        inside[role] += 1
    linger()
    with inside.get_lock():
        company = list(inside)
        inside[role] -= 1
    return company


def linger():
    """Leave the others time to get in the way, so that a wrong solution is noticed; a right one does not mind."""
    time.sleep(0.001)
