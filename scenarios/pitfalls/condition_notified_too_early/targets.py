"""One process says that it is ready, another waits to hear of it."""


def announce(condition, ready):
    with condition:
        ready.value = True
        condition.notify_all()


def wait(condition):
    with condition:
        return condition.wait(timeout=0.1)


def wait_until_ready(condition, ready):
    with condition:
        return condition.wait_for(lambda: ready.value == 1, timeout=0.1)
