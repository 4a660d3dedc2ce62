"""Two processes each add one to a shared counter."""


def add_one(counter, both_have_read):
    # Python reads counter.value, then calls one(), then adds, then writes counter.value.
    counter.value += one(both_have_read)


def one(both_have_read):
    both_have_read.wait()
    return 1


def add_one_locked(counter):
    with counter.get_lock():
        counter.value += 1
