"""Two processes are to meet; one is late and the other loses patience."""

from threading import BrokenBarrierError


def wait_and_go_away(meeting, too_late):
    try:
        meeting.wait(timeout=0.1)
    except BrokenBarrierError:
        too_late.set()
        return "went away"


def wait_and_come_again(meeting, too_late):
    try:
        meeting.wait(timeout=0.1)
    except BrokenBarrierError:
        meeting.reset()
        too_late.set()
        meeting.wait()
        return "came again"


def come_late(meeting, too_late):
    too_late.wait()
    meeting.wait()
    return "met"
