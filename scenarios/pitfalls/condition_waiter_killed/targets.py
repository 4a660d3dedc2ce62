"""A process waits for news and is to be got rid of before there is any."""

import os
import signal


def wait(news, waiter_pid, waits):
    with news:
        waiter_pid.value = os.getpid()
        waits.set()
        news.wait()


def kill(news, waiter_pid, waits):
    waits.wait()
    with news:  # the waiter has let go of the lock, so it is in wait() now
        os.kill(waiter_pid.value, signal.SIGKILL)


def wait_or_leave(news, leave, waits):
    with news:
        waits.set()
        while not leave.value:
            news.wait()


def tell_to_leave(news, leave, waits):
    waits.wait()
    with news:
        leave.value = True
        news.notify_all()


def tell_news(news):
    with news:
        print("there is news", flush=True)
        news.notify_all()
    print("all know it")
