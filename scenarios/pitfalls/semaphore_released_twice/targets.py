"""A room for one, and a guest who signs out twice."""


def leave_twice(room):
    room.acquire()
    try:
        room.release()
    finally:
        room.release()


def leave_once(room):
    with room:
        pass


def stay(room, inside, other_has_tried):
    with room:
        inside.set()
        other_has_tried.wait()


def try_to_enter(room, inside, has_tried):
    inside.wait()
    entered = room.acquire(block=False)
    has_tried.set()
    if entered:
        room.release()
    return entered
