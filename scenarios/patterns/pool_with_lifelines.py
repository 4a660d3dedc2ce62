"""A boss that gives jobs to workers it did not start, and gives those of a dead one to another."""

from collections import deque
from contextlib import ExitStack
from multiprocessing.connection import wait


def work(line, lifeline):
    with open(lifeline, "w"):  # Nobody else opens it to write: its end of file is this process's death.
        for job in iter(line.recv, None):
            line.send((job, job * job))


def give_out(jobs, lines, lifelines):
    shares = {line: deque(jobs[number :: len(lines)]) for number, line in enumerate(lines)}
    at_work, results = {}, []
    with ExitStack() as files:
        # Each open returns when that worker has opened it too.
        team = {line: files.enter_context(open(path)) for line, path in zip(lines, lifelines, strict=True)}
        while any(shares.values()) or at_work:
            for line in team.keys() - at_work.keys():
                if shares[line]:
                    at_work[line] = shares[line].popleft()
                    line.send(at_work[line])
            ready = wait([*team, *team.values()])
            for line in [line for line, lifeline in team.items() if line in ready or lifeline in ready]:
                if line.poll():  # Not `line in ready`: an answer may have come since, and the dead send no other.
                    results.append(line.recv())
                    del at_work[line]
                if team[line] in ready:
                    del team[line]
                    left = [at_work.pop(line)] if line in at_work else []
                    shares[next(iter(team))].extend([*left, *shares.pop(line)])
        for line in team:
            line.send(None)
    return results
