"""Two processes add the bytes they have received to a total."""


def add(total, received):
    with total.get_lock():
        total.value += received
