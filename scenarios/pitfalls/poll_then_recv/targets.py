"""Two readers of one pipe look whether there is a message, and take it."""


def send_one(end):
    end.send("message")


def look_then_take(end, both_have_looked, taken, is_second):
    there_is_one = end.poll()
    both_have_looked.wait()
    if is_second:
        taken.wait()
    print(end.recv() if there_is_one else "nothing", flush=True)
    taken.set()


def look_and_take_alone(end, both_have_come, lock):
    both_have_come.wait()
    with lock:
        print(end.recv() if end.poll() else "nothing")
