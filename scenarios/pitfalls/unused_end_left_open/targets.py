"""Read from a child until end of file, with or without closing one's own copy of the writing end."""

from multiprocessing import Pipe, Process


def send(writer):
    writer.send("all I have to say")


def read_until_eof(close_unused_end):
    reader, writer = Pipe(duplex=False)
    child = Process(target=send, args=(writer,))
    child.start()
    if close_unused_end:
        writer.close()
    messages = []
    try:
        while True:
            messages.append(reader.recv())
    except EOFError:
        child.join()
        return messages
