"""A barber who sleeps while nobody is there, and customers who go away again when no chair is free."""

import time


def barber_who_looks_first(waiting, bell, barber_is_free, barber_has_looked, bell_has_rung):
    if waiting.value == 0:
        print("nobody is there", flush=True)
        barber_has_looked.set()
        bell_has_rung.wait()
        with bell:
            bell.wait()
    barber_is_free.release()


def customer_who_rings(waiting, bell, barber_is_free, barber_has_looked, bell_has_rung):
    barber_has_looked.wait()
    with waiting.get_lock():
        waiting.value += 1
    with bell:
        bell.notify()
    print("I have rung", flush=True)
    bell_has_rung.set()
    barber_is_free.acquire()
    print("my turn at last", flush=True)


def barber(haircuts, customer_is_here, barber_is_free, customer_is_done, barber_is_done, shop_opens):
    shop_opens.wait()
    for _ in range(haircuts):
        customer_is_here.acquire()
        barber_is_free.release()
        customer_is_done.acquire()
        barber_is_done.release()


def customer(free_chairs, customer_is_here, barber_is_free, customer_is_done, barber_is_done, chair, shop_opens):
    has_found_a_chair = take_one(free_chairs)
    if has_found_a_chair:
        customer_is_here.release()
    shop_opens.wait()
    if has_found_a_chair:
        barber_is_free.acquire()
        put_back(free_chairs)
        be_shaved(chair)
        customer_is_done.release()
        barber_is_done.acquire()


def take_one(chairs):
    with chairs.get_lock():
        if chairs.value == 0:
            return False
        chairs.value -= 1
        return True


def put_back(chairs):
    with chairs.get_lock():
        chairs.value += 1


def be_shaved(chair):
    chair.put("sits down")
    time.sleep(0.01)  # Time for the next one to sit down, too, if nothing keeps him from it.
    chair.put("gets up")
