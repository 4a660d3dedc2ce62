"""Get a child's items: joining it first, which cancel_join_thread allows, or taking them first."""

from multiprocessing import Process

COUNT = 1000


def put_all(items):
    for _ in range(COUNT):
        items.put(bytes(1000))


def put_all_and_leave(items):
    items.cancel_join_thread()
    put_all(items)


def join_then_get(items):
    producer = Process(target=put_all_and_leave, args=(items,))
    producer.start()
    producer.join()
    received = 0
    while not items.empty():  # To be relied on here: nobody puts any more.
        items.get()
        received += 1
    return received


def get_then_join(items):
    producer = Process(target=put_all, args=(items,))
    producer.start()
    received = len([items.get() for _ in range(COUNT)])
    producer.join()
    return received
