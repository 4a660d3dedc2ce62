"""A supervisor that hears from its worker at every step, and replaces it when it does not."""

import threading
from multiprocessing import Pipe, Process


def work(beats, steps, hangs):
    for step in steps:
        if step == 2 and hangs:
            threading.Event().wait()  # Nobody will ever set it.
        beats.send(step)


def supervise(amount, starting_s, patience_s):
    done, exitcodes = [], []
    while len(done) < amount:
        beats, sending = Pipe(duplex=False)
        worker = Process(target=work, args=(sending, range(len(done), amount), not exitcodes))
        worker.start()
        sending.close()  # Now the worker has the only one, and its death is the end of the pipe.
        done += hear(beats, worker, starting_s, patience_s)
        worker.join()
        exitcodes.append(worker.exitcode)
    return {"steps": done, "exitcodes": exitcodes}


def hear(beats, worker, starting_s, patience_s):
    """The steps that ``worker`` did until its end, which silence brings about."""
    steps, limit_s = [], starting_s
    try:
        while True:
            if not beats.poll(limit_s):
                worker.kill()
            steps.append(beats.recv())
            limit_s = patience_s
    except (EOFError, OSError):  # OSError: it was killed in the middle of a message.
        return steps
