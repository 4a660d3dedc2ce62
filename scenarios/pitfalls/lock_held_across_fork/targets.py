"""A lock that one thread holds while another one starts a process."""

import threading
from multiprocessing import Pipe, Process

lock = threading.Lock()


def start_while_locked():
    held, free = threading.Event(), threading.Event()
    holder = threading.Thread(target=hold, args=(held, free))
    holder.start()
    held.wait()
    hear, tell = Pipe(duplex=False)
    child = Process(target=work, args=(hear,))
    child.start()
    free.set()
    holder.join()
    tell.send("the lock is free")
    child.join()


def hold(held, free):
    with lock:
        held.set()
        free.wait()


def work(hear):
    hear.recv()
    print("working" if lock.acquire(timeout=0.1) else "locked for ever")
