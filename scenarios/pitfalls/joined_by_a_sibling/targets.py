"""Two children of one parent, and one of them wants to know when the other has done its work."""

from multiprocessing import Process


def start_worker(done):
    worker = Process(target=work, args=(done,))
    worker.start()
    return worker


def work(done):
    done.set()


def join_worker(worker, done):
    worker.join()
    print("the worker is done")


def await_word(worker, done):
    done.wait()
    print("the worker is done")


def exit_code(worker):
    worker.join()
    return worker.exitcode
