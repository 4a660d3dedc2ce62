"""A process sleeps until a signal comes, and then wakes all that wait for news, itself among them."""

import os
import signal


def wait_and_notify_in_handler(news, waiter_pid, waits):
    def tell(*_):
        print("the signal has come", flush=True)
        with news:
            news.notify_all()

    signal.signal(signal.SIGUSR1, tell)
    with news:
        waiter_pid.value = os.getpid()
        waits.set()
        news.wait()
    print("awake")


def wait_for_signal_and_notify(news, waiter_pid, waits):
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
    waiter_pid.value = os.getpid()
    waits.set()
    signal.sigwait([signal.SIGUSR1])
    print("the signal has come")
    with news:
        news.notify_all()
    print("awake")


def send_signal(news, waiter_pid, waits):
    waits.wait()
    with news:  # who waits has let go of the lock
        os.kill(waiter_pid.value, signal.SIGUSR1)
