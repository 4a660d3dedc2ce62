"""A ring of a few places between producers and consumers; ``put`` and ``taken`` count what ever went in and out."""


def put_in(item, buffer, put):
    with put.get_lock():
        buffer[put.value % len(buffer)] = item
        put.value += 1


def take_out(buffer, taken):
    with taken.get_lock():
        item = buffer[taken.value % len(buffer)]
        taken.value += 1
    return item


# With semaphores: one counts the places, another one the items.


def producer(goods, buffer, put, taken, spaces, items, fullest, was_full, was_empty):
    for item in goods:
        if not spaces.acquire(block=False):
            was_full.set()
            spaces.acquire()
            was_empty.wait()
        put_in(item, buffer, put)
        fullest.value = max(fullest.value, put.value - taken.value)
        items.release()


def consumer(buffer, taken, spaces, items, received, was_full, was_empty):
    was_full.wait()
    for _ in range(4):
        if not items.acquire(block=False):
            was_empty.set()
            items.acquire()
        received.put(take_out(buffer, taken))
        spaces.release()


def consumer_who_locks_first(mutex, items, consumer_is_inside):
    with mutex:
        print("inside, waiting for an item", flush=True)
        consumer_is_inside.set()
        items.acquire()


def producer_who_finds_it_locked(mutex, items, consumer_is_inside):
    consumer_is_inside.wait()
    print("outside, with an item", flush=True)
    with mutex:
        items.release()


# With a monitor: whoever finds the buffer full, or empty, waits inside until that has changed.


def producer_in_monitor(goods, buffer, put, taken, not_full, not_empty, a_consumer_waits):
    a_consumer_waits.acquire()
    a_consumer_waits.acquire()
    for item in goods:
        with not_full:
            while put.value - taken.value == len(buffer):
                not_full.wait()
            put_in(item, buffer, put)
            not_empty.notify_all()


def consumer_in_monitor(buffer, put, taken, not_full, not_empty, received, a_consumer_waits):
    for _ in range(4):
        with not_empty:
            while put.value == taken.value:
                a_consumer_waits.release()
                not_empty.wait()
            received.put(take_out(buffer, taken))
            not_full.notify_all()


def consumer_who_looks_once(buffer, put, taken, not_empty, received, a_consumer_waits):
    with not_empty:
        if put.value == taken.value:
            a_consumer_waits.release()
            not_empty.wait()
        received.put(take_out(buffer, taken))
