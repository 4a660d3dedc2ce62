"""A process that keeps its result in an attribute, and one whose attribute is in shared memory."""

from multiprocessing import Process, Value


class Adder(Process):
    total = 0

    def run(self):
        self.total = 1 + 2


class SharingAdder(Process):
    def __init__(self):
        super().__init__()
        self.total = Value("i", 0)

    def run(self):
        self.total.value = 1 + 2


def read_attribute():
    adder = Adder()
    adder.start()
    adder.join()
    print(adder.total)


def read_shared_memory():
    adder = SharingAdder()
    adder.start()
    adder.join()
    print(adder.total.value)
