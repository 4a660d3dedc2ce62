"""Two processes exchange large messages over one pipe."""

LARGE = bytes(2**20)


def send_then_receive(end):
    end.send(LARGE)
    return len(end.recv())


def receive_then_send(end):
    size = len(end.recv())
    end.send(LARGE)
    return size
