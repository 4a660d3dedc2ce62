"""The number of a descriptor, and the socket that it belongs to."""

import fcntl
import os


def number_of(wire):
    # A high number, which is surely free in a new process. A low one may be another file there, which is worse.
    return fcntl.fcntl(wire, fcntl.F_DUPFD_CLOEXEC, 200)


def send_hello(wire):
    wire.sendall(b"hello")


def read_from_number(number):
    print(os.read(number, 100).decode())


def read_from_socket(wire):
    print(wire.recv(100).decode())
