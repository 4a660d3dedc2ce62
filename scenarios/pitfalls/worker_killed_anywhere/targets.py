"""Jobs for two workers, one of whom may be killed at any moment: by a queue, and by a boss who knows who has what."""

from collections import deque
from multiprocessing.connection import wait


def take_jobs(jobs, results):
    for job in iter(jobs.get, None):
        results.put((job, job * job))
        print("done:", job, flush=True)


def share_out(amount, jobs, results):
    for job in range(1, amount + 1):
        jobs.put(job)
    done = dict(results.get() for _ in range(amount))
    for _ in range(2):
        jobs.put(None)
    return done


def do_jobs(line):
    for job in iter(line.recv, None):
        line.send((job, job * job))


def ring(bell):
    bell.send("it has ended")


def give_jobs(amount, worker, colleague, bell):
    """``bell`` rings when the process at the other end of ``worker`` has ended, in whatever way."""
    waiting, team, at_work, done = deque(range(1, amount + 1)), [worker, colleague], {}, {}
    while len(done) < amount:
        for line in team:
            if waiting and line not in at_work:
                at_work[line] = waiting.popleft()
                line.send(at_work[line])
        has_ended = bell in wait([*at_work, *([bell] if worker in team else [])])
        for line in [line for line in at_work if line.poll()]:  # Also a last answer, from before the end.
            job, result = line.recv()
            done[job] = result
            del at_work[line]
        if has_ended:
            team.remove(worker)
            if worker in at_work:
                waiting.append(at_work.pop(worker))
    for line in team:
        line.send(None)
    return done
