"""A program as a user starts it: with an interpreter of its own."""

import subprocess
import sys


def run_program(path):
    return subprocess.run([sys.executable, path], check=False).returncode
