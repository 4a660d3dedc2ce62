"""A thread that does jobs in the background, for whoever puts them into the queue of its process."""

import queue
import threading

jobs = queue.SimpleQueue()


def start_helper():
    threading.Thread(target=help_out, args=(jobs,), daemon=True).start()


def help_out(jobs):
    while True:
        jobs.get().set()


def order(patience):
    done = threading.Event()
    jobs.put(done)
    print("done" if done.wait(patience) else "nobody does it")


def start_helper_and_order(patience):
    global jobs
    jobs = queue.SimpleQueue()
    start_helper()
    order(patience)
