"""Santa Claus sleeps until nine reindeer are back or three elves have a question; the reindeer come first."""

REINDEER = 9
ELVES = 3


def reindeer(back, knocks, may_be_hitched, before_hitching, hitched, all_hitched):
    with back.get_lock():
        back.value += 1
        if back.value == REINDEER:
            knocks.release()
    may_be_hitched.acquire()
    before_hitching.wait()
    with hitched.get_lock():
        hitched.value += 1
    all_hitched.wait()


def elf(door, asking, knocks, may_come_in, helped, all_helped):
    door.acquire()
    with asking.get_lock():
        asking.value += 1
        if asking.value == ELVES:
            knocks.release()
        else:
            door.release()
    may_come_in.acquire()
    with helped.get_lock():
        helped.value += 1
    all_helped.wait()
    with asking.get_lock():
        asking.value -= 1
        if asking.value == 0:
            door.release()


def santa(knocks, back, may_be_hitched, hitched, all_hitched, asking, may_come_in, helped, all_helped):
    sleep_until_both_have_knocked(knocks)
    done = []
    for _ in range(3):
        knocks.acquire()
        if back.value == REINDEER:
            back.value = 0
            release(may_be_hitched, REINDEER)
            all_hitched.wait()
            done.append(f"left with {hitched.value} reindeer")
        elif asking.value == ELVES:
            release(may_come_in, ELVES)
            all_helped.wait()
            done.append(f"helped {helped.value} elves")
    return done


def santa_in_a_hurry(knocks, may_be_hitched, hitched, sleigh_is_gone):
    knocks.acquire()
    release(may_be_hitched, REINDEER)
    done = f"left with {hitched.value} reindeer"
    sleigh_is_gone.set()
    return done


def sleep_until_both_have_knocked(knocks):
    """Make sure that reindeer and elves are at the door when Santa opens his eyes."""
    knocks.acquire()
    knocks.acquire()
    release(knocks, 2)


def release(semaphore, times):
    for _ in range(times):
        semaphore.release()
