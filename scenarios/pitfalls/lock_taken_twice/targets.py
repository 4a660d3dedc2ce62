"""Two functions that take the same lock, and one calls the other."""


def withdraw(lock, balance, amount):
    with lock:
        balance.value -= amount


def withdraw_with_fee(lock, balance, amount):
    with lock:
        print("has the lock", flush=True)
        withdraw(lock, balance, amount)
        withdraw(lock, balance, 1)
