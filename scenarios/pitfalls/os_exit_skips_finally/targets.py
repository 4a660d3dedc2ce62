"""Two ways to end a process from within."""

import os
import sys


def leave_at_once():
    try:
        print("working", flush=True)
        os._exit(0)
    finally:
        print("tidied up")


def leave_in_good_order():
    try:
        print("working", flush=True)
        sys.exit(0)
    finally:
        print("tidied up")
