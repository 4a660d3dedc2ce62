"""Two processes write their number into the next free slot of an array."""


def register(numbers, used, number, both_have_looked):
    slot = used.value
    both_have_looked.wait()
    numbers[slot] = number
    used.value = slot + 1


def register_locked(numbers, used, number):
    with used.get_lock():
        slot = used.value
        numbers[slot] = number
        used.value = slot + 1
