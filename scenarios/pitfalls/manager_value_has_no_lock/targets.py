"""Add to a total that other processes add to as well."""


def add(total, amount):
    with total.get_lock():
        total.value += amount


def add_with_lock(total, amount, lock):
    with lock:
        total.value += amount
