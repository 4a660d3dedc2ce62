"""Workers that say task_done: after every attempt to get a job, or after every job."""

import queue


def give(jobs):
    jobs.put("wash")
    jobs.put("iron")


def done_after_each_attempt(jobs):
    while True:
        try:
            print(jobs.get_nowait())
        except queue.Empty:
            return
        finally:
            jobs.task_done()


def done_after_each_job(jobs):
    while True:
        try:
            job = jobs.get_nowait()
        except queue.Empty:
            return
        try:
            print(job)
        finally:
            jobs.task_done()
