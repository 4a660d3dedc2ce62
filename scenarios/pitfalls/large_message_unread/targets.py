"""Send a report through a pipe; receive it."""


def send_report(end):
    end.send(bytes(2**20))


def receive_report(end):
    return len(end.recv())
