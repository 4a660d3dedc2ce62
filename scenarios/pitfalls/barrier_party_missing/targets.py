"""Processes meet at a barrier, and one of them fails on its way there."""


def work():
    raise ValueError("bad input")


def meet(meeting):
    meeting.wait()


def work_then_meet(meeting):
    work()
    meeting.wait()


def work_or_abort(meeting):
    try:
        work()
    except ValueError:
        meeting.abort()
        raise
    meeting.wait()
