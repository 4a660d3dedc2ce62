"""A process works under a lock, and another one releases it."""


def work(lock, inside, other_has_tried):
    with lock:
        inside.set()
        other_has_tried.wait()


def barge_in(lock, inside, has_tried):
    inside.wait()
    try:
        lock.release()
        return lock.acquire(block=False)
    finally:
        has_tried.set()
