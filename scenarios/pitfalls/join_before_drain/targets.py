"""Join a process whose item nobody has taken yet, or take the item first."""

from multiprocessing import Process

LARGE = bytes(2**20)


def produce(results):
    results.put(LARGE)


def join_then_get(results):
    producer = Process(target=produce, args=(results,))
    producer.start()
    producer.join()
    return len(results.get())


def get_then_join(results):
    producer = Process(target=produce, args=(results,))
    producer.start()
    size = len(results.get())
    producer.join()
    return size
