"""A checker that exits with the number of errors, and one that exits with whether there are any."""

import sys


def exit_with_number(errors):
    sys.exit(errors)


def exit_with_one(errors):
    sys.exit(1 if errors else 0)
