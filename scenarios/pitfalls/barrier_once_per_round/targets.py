"""In each of two rounds one process writes a number on a board and another reads it."""


def write(board, meeting, has_gone_on):
    board.value = 1
    meeting.wait()
    board.value = 2
    has_gone_on.set()
    meeting.wait()


def read(board, meeting, writer_has_gone_on):
    meeting.wait()
    writer_has_gone_on.wait()
    first = board.value
    meeting.wait()
    return first, board.value


def write_and_meet_twice(board, meeting):
    for number in (1, 2):
        board.value = number
        meeting.wait()  # it is written
        meeting.wait()  # it is read


def read_and_meet_twice(board, meeting):
    numbers = []
    for _ in range(2):
        meeting.wait()  # it is written
        numbers.append(board.value)
        meeting.wait()  # it is read
    return numbers
