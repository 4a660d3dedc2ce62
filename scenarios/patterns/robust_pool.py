"""A pool whose supervisor replaces workers that die and gives their jobs to others."""

import os
import signal
from collections import Counter, deque
from contextlib import suppress
from multiprocessing import Pipe, Process, connection


def work(line):
    for job, attempt in iter(line.recv, None):
        if job == 5 or (job == 3 and attempt == 1):
            os.kill(os.getpid(), signal.SIGKILL)
        line.send(job * job)


def hire():
    line, end_of_worker = Pipe()
    worker = Process(target=work, args=(end_of_worker,))
    worker.start()
    # Before the next one is forked: only if nobody else has this end, its worker's death is the end of the pipe.
    end_of_worker.close()
    return line, worker


def supervise(jobs, workers, attempts):
    waiting, results, given_up, tries, deaths = deque(jobs), {}, [], Counter(), 0
    team = dict(hire() for _ in range(workers))
    at_work = {}
    while waiting or at_work:
        for line in team.keys() - at_work.keys():
            if waiting:
                job = at_work[line] = waiting.popleft()
                tries[job] += 1
                with suppress(OSError):  # It died idle: the end of its pipe will say so.
                    line.send((job, tries[job]))
        for line in connection.wait(list(at_work)):
            job = at_work.pop(line)
            try:
                results[job] = line.recv()
            except (EOFError, OSError):
                deaths += 1
                (waiting if tries[job] < attempts else given_up).append(job)
                team.pop(line).join()
                team.update([hire()])
    for line, worker in team.items():
        line.send(None)
        worker.join()
    return {"results": results, "given_up": given_up, "deaths": deaths}
