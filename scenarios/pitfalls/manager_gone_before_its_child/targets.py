"""A leader starts a manager, and a writer that writes into the manager's dictionary when it is told to."""

from multiprocessing import Manager, Pipe, Process


def write(notes, leader):
    leader.send("I am here")
    leader.recv()
    notes["written"] = True


def start_writer(notes):
    to_writer, to_leader = Pipe()
    writer = Process(target=write, args=(notes, to_leader))
    writer.start()
    to_writer.recv()
    return writer, to_writer


def join_outside():
    with Manager() as manager:
        notes = manager.dict()
        writer, to_writer = start_writer(notes)
    to_writer.send("go on")
    writer.join()
    return writer.exitcode


def join_inside():
    with Manager() as manager:
        notes = manager.dict()
        writer, to_writer = start_writer(notes)
        to_writer.send("go on")
        writer.join()
    return writer.exitcode
