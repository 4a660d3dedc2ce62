"""A process works under a lock, and another one has not the patience to wait for it."""


def work(lock, inside, other_has_tried):
    with lock:
        inside.set()
        other_has_tried.wait()


def enter_anyway(lock, inside, has_tried):
    inside.wait()
    lock.acquire(timeout=0.1)
    print("inside, too")
    lock.release()
    has_tried.set()


def enter_if_acquired(lock, inside, has_tried):
    inside.wait()
    if lock.acquire(timeout=0.1):
        print("inside, too")
        lock.release()
    else:
        print("stayed outside")
    has_tried.set()
