"""A handler that the parent has installed, and one that the child installs itself."""

import os
import signal


def install():
    signal.signal(signal.SIGUSR1, lambda number, frame: print("reloaded"))


def serve():
    os.kill(os.getpid(), signal.SIGUSR1)
    print("serving")


def install_and_serve():
    install()
    serve()
