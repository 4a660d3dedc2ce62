"""Two processes count up one counter, many times each."""


def count(counter, times):
    for _ in range(times):
        counter.value += 1


def count_locked(counter, times):
    for _ in range(times):
        with counter.get_lock():
            counter.value += 1
