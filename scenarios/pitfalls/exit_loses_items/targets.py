"""Put an item and leave by os._exit, at once or after the item is written."""

import os
import sys


def put(results):
    sys.setswitchinterval(60)  # Else the feeder thread might get its turn after 5 ms, and save the item by luck.
    results.put("result")


def put_and_exit(results):
    put(results)
    os._exit(0)


def put_flush_and_exit(results):
    put(results)
    results.close()
    results.join_thread()
    os._exit(0)
