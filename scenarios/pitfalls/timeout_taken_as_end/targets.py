"""Workers that wait for a job with a time-out: one gives up when it expires, one goes on until it is told to stop."""

import queue

PATIENCE = 0.1


def work_until_timeout(jobs, waited_in_vain):
    done = []
    while True:
        try:
            done.append(jobs.get(timeout=PATIENCE))
        except queue.Empty:
            waited_in_vain.set()
            return done


def work_until_told(jobs, waited_in_vain):
    done = []
    while True:
        try:
            job = jobs.get(timeout=PATIENCE)
        except queue.Empty:
            waited_in_vain.set()
            continue
        if job is None:
            return done
        done.append(job)


def give_late(jobs, waited_in_vain):
    waited_in_vain.wait()
    for job in ["wash", "iron", None]:
        jobs.put(job)
