"""A class of processes whose ``__init__`` forgets the base class, and one whose does not."""

from multiprocessing import Process


class Forgetful(Process):
    def __init__(self, whom):
        self.whom = whom

    def run(self):
        print(f"hello {self.whom}")


class Polite(Process):
    def __init__(self, whom):
        super().__init__()
        self.whom = whom

    def run(self):
        print(f"hello {self.whom}")


def start_forgetful():
    greet(Forgetful("world"))


def start_polite():
    greet(Polite("world"))


def greet(child):
    child.start()
    child.join()
