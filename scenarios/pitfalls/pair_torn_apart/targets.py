"""A point moves from (0, 0) to (1, 1) while another process looks where it is."""


def move(x, y, half_way, other_has_looked):
    x.value = 1
    half_way.set()
    other_has_looked.wait()
    y.value = 1


def look(x, y, half_way, has_looked):
    half_way.wait()
    seen = x.value, y.value
    has_looked.set()
    return seen


def move_locked(x, y, half_way, lock):
    with lock:
        x.value = 1
        half_way.set()
        y.value = 1


def look_locked(x, y, half_way, lock):
    half_way.wait()
    with lock:
        return x.value, y.value
