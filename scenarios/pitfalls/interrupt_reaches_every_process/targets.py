"""Ctrl-C, pressed while a worker has work to finish."""

import os
import signal
from multiprocessing import Pipe, Process


def interrupt_plain():
    interrupt(work)


def interrupt_shielded():
    interrupt(shield_and_work)


def interrupt(target):
    os.setpgid(0, 0)  # A process group of its own, as a shell makes for a command.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    line, other_end = Pipe()
    worker = Process(target=target, args=(other_end,))
    worker.start()
    line.recv()
    try:
        os.killpg(0, signal.SIGINT)  # What the terminal does when Ctrl-C is pressed.
        worker.join()
    except KeyboardInterrupt:
        line.send("finish")
        worker.join()
    print("exit code", worker.exitcode)


def work(line):
    line.send("working")
    while not line.poll(0.01):
        pass
    print("finished")


def shield_and_work(line):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    work(line)
