"""A worker that waits for a job is killed, or told to go; its successor wants the next job."""

import os
import signal


def work(jobs, pids):
    pids.put(os.getpid())
    return list(iter(jobs.get, None))


def kill_worker(jobs, pids):
    pid = pids.get()
    wait_until_taken(jobs._rlock)
    os.kill(pid, signal.SIGKILL)


def dismiss_worker(jobs, pids):
    pids.get()
    wait_until_taken(jobs._rlock)
    jobs.put(None)


def wait_until_taken(lock):  # The lock is private; there is no other way to see that somebody waits inside get.
    while lock.acquire(block=False):
        lock.release()


def succeed(jobs, patience):
    jobs.put("job")
    return jobs.get(timeout=patience)
