"""A daemon that saves its work at its end, under a parent that leaves it, and under one that asks it to end."""

from multiprocessing import Event, Process


def leave():
    start_daemon()


def ask_and_join():
    daemon, stop = start_daemon()
    stop.set()
    daemon.join()


def start_daemon():
    collecting, stop = Event(), Event()
    daemon = Process(target=collect, args=(collecting, stop), daemon=True)
    daemon.start()
    collecting.wait()
    return daemon, stop


def collect(collecting, stop):
    try:
        collecting.set()
        stop.wait()
    finally:
        print("saved")
