"""Python's own streams, made to say when they write."""

from __future__ import annotations

import json
import textwrap

from tests.processes_support import python

ATTACHED = """
import json, os, sys, threading
from engine.stage import output
from engine.stage.link import open_link

outside = os.fdopen(os.dup(1), "w")
link, readers = open_link("/nowhere")

def there(reader):
    os.set_blocking(reader, False)
    try:
        return os.read(reader, 1 << 20).decode()
    except BlockingIOError:
        return ""

def stamps(reader):
    return [line[1:].split() for line in there(reader).splitlines() if line[0] == "~"]

def tell(value):
    print(json.dumps(value), file=outside, flush=True)
"""


def told(code: str) -> list[object]:
    """What ``code`` tells with ``tell``, run in an interpreter that has a link."""
    return [json.loads(line) for line in python(ATTACHED + textwrap.dedent(code)).splitlines()]


def test_each_write_is_stamped_with_its_length_in_order_of_time() -> None:
    text, error, lengths, in_order = told(
        """
        link.attach()
        print("ab", flush=True)
        print("é", file=sys.stderr)
        print("cde", flush=True)
        tell(there(readers[0]))
        tell(there(readers[1]))
        found = stamps(readers[2])
        tell([[int(stream), int(length)] for stream, length, _ in found])
        times = [int(at_ns) for _, _, at_ns in found]
        tell(times == sorted(times) and len(set(times)) == 3)
        """
    )

    assert (text, error) == ("ab\ncde\n", "é\n")
    assert lengths == [[1, 3], [2, 3], [1, 4]]
    assert in_order is True


def test_stdout_is_buffered_by_block_as_for_any_pipe() -> None:
    assert told(
        """
        link.attach()
        print("a line")
        tell(there(readers[0]))
        print("x" * 10_000)
        sys.stdout.flush()
        tell(len(there(readers[0])))
        """
    ) == ["", 7 + 10_001]


def test_stderr_is_buffered_by_line() -> None:
    assert told(
        """
        link.attach()
        sys.stderr.write("half")
        tell(there(readers[1]))
        sys.stderr.write(" a line\\n")
        tell(there(readers[1]))
        """
    ) == ["", "half a line\n"]


def test_bytes_written_beneath_pythons_streams_have_no_stamp() -> None:
    assert told(
        """
        link.attach()
        os.write(1, b"beneath")
        tell([there(readers[0]), stamps(readers[2])])
        """
    ) == [["beneath", []]]


def test_a_stream_that_the_target_put_in_its_place_is_left_there() -> None:
    assert told(
        """
        import io
        sys.stdout = mine = io.StringIO()
        link.attach()
        print("mine")
        tell([sys.stdout is mine, mine.getvalue()])
        """
    ) == [[True, "mine\n"]]


def test_what_a_thread_writes_goes_to_the_link_it_owns() -> None:
    mine, of_process, mine_stamps, process_stamps = told(
        """
        link.attach()
        output.route()
        own, own_readers = open_link("/nowhere")

        def target():
            output.own(own)
            print("of the thread")

        print("of the process")
        thread = threading.Thread(target=target)
        thread.start()
        thread.join()
        print("of the process again")
        sys.stdout.flush()
        tell(there(own_readers[0]))
        tell(there(readers[0]))
        tell([int(length) for _, length, _ in stamps(own_readers[2])])
        tell(sum(int(length) for _, length, _ in stamps(readers[2])))
        """
    )

    assert mine == "of the thread\n"
    assert of_process == "of the process\nof the process again\n"
    assert isinstance(mine_stamps, list)
    assert sum(mine_stamps) == len(mine)
    assert process_stamps == len(of_process)


def test_threads_share_one_buffer_which_is_written_when_it_is_full() -> None:
    assert told(
        """
        link.attach()
        output.route()
        print("a line")
        tell(there(readers[0]))
        print("x" * 10_000)
        tell(len(there(readers[0])) >= 10_007)
        """
    ) == ["", True]


def test_text_of_threads_keeps_the_order_in_which_it_was_written() -> None:
    (order,) = told(
        """
        link.attach()
        output.route()
        links = [open_link("/nowhere") for _ in range(2)]
        turns = [threading.Semaphore(1), threading.Semaphore(0)]

        def target(number):
            output.own(links[number][0])
            for _ in range(20):
                turns[number].acquire()
                sys.stdout.write(f"{number}\\n")
                turns[1 - number].release()

        threads = [threading.Thread(target=target, args=(number,)) for number in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        sys.stdout.flush()
        times = []
        for number, (_, its_readers) in enumerate(links):
            times += [(int(at_ns), number) for _, _, at_ns in stamps(its_readers[2])]
        tell([number for _, number in sorted(times)])
        """
    )

    assert order == [0, 1] * 20


def test_routed_text_that_nobody_flushed_is_written_when_the_process_exits_in_good_order() -> None:
    assert told(
        """
        import atexit
        link.attach()
        output.route()
        print("late")
        # Registered streams are flushed behind what runs at exit, so who reads must be another process.
        if os.fork() == 0:
            os.close(1)
            os.close(2)
            tell(b"".join(iter(lambda: os.read(readers[0], 100), b"")).decode())
            os._exit(0)
        """
    ) == ["late\n"]
