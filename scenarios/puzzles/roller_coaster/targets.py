"""A car for two on a roller coaster: it leaves when it is full, and fills again when it is empty."""

import time

SEATS = 2


def car(rides, may_board, all_aboard, may_leave, all_ashore, aboard):
    passengers = []
    for _ in range(rides):
        release(may_board, SEATS)
        all_aboard.wait()
        passengers.append(aboard.value)
        release(may_leave, SEATS)
        all_ashore.wait()
    return passengers


def car_in_a_hurry(rides, may_board, all_aboard, may_leave, aboard):
    passengers = []
    for _ in range(rides):
        release(may_board, SEATS)
        all_aboard.wait()
        passengers.append(aboard.value)
        release(may_leave, SEATS)
    return passengers


def passenger(may_board, all_aboard, may_leave, all_ashore, aboard, before_leaving):
    may_board.acquire()
    with aboard.get_lock():
        aboard.value += 1
    all_aboard.wait()
    may_leave.acquire()
    before_leaving.wait()
    linger()
    with aboard.get_lock():
        aboard.value -= 1
    all_ashore.wait()


def release(semaphore, times):
    for _ in range(times):
        semaphore.release()


def linger():
    """Leave the others time to get in the way, so that a wrong solution is noticed; a right one does not mind."""
    time.sleep(0.001)
