"""Two processes send at the same time; a reader receives from both."""

import os
import signal


def send_large(end, pids):
    pids.put(os.getpid())
    end.send(bytes(2**20))


def send_in_between(end, large_arrives_at, pids, interrupted):
    pid = pids.get()
    large_arrives_at.poll(None)  # The large message has begun, and cannot end before somebody reads.
    os.kill(pid, signal.SIGSTOP)  # A scheduler may do the same to any process at any time.
    interrupted.set()
    end.send("small")
    os.kill(pid, signal.SIGCONT)


def receive(large_arrives_at, small_arrives_at, interrupted):
    interrupted.wait()
    return [len(end.recv()) for end in (large_arrives_at, small_arrives_at)]
