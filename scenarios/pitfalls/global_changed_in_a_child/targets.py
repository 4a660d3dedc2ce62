"""A worker counts what it has done, and its parent wants to know."""

done = 0


def work():
    global done
    done += 1
    return done


def report():
    return done


def work_shared(done):
    with done.get_lock():
        done.value += 1
