"""Philosophers at a round table: between two neighbours lies one fork, and to eat takes two."""

import time


def left_then_right(seat, forks, everyone_has_one_fork):
    left, right = forks[seat], forks[(seat + 1) % len(forks)]
    with left:
        print("has one fork", flush=True)
        everyone_has_one_fork.wait()
        with right:
            print("has two forks", flush=True)


def lower_then_higher(seat, forks, eating, meals, everyone_is_hungry):
    lower, higher = sorted([seat, (seat + 1) % len(forks)])
    company = []
    for _ in range(meals):
        everyone_is_hungry.wait()
        with forks[lower]:
            linger()
            with forks[higher]:
                company.append(eat(seat, eating))
    return company


def ask_the_waiter(seat, forks, eating, meals, everyone_is_hungry, waiter):
    left, right = forks[seat], forks[(seat + 1) % len(forks)]
    company = []
    for _ in range(meals):
        everyone_is_hungry.wait()
        with waiter, left:
            linger()
            with right:
                company.append(eat(seat, eating))
    return company


def eat(seat, eating):
    """Return how many neighbours are eating at the same time."""
    eating[seat] = 1
    linger()
    company = eating[seat - 1] + eating[(seat + 1) % len(eating)]
    eating[seat] = 0
    return company


def linger():
    """Leave the others time to get in the way, so that a wrong solution is noticed; a right one does not mind."""
    time.sleep(0.001)
