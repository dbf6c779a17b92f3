"""Ports on loopback: free ones, and whether somebody listens there.

SPDX-License-Identifier: LGPL-2.1-or-later
"""
import socket
import time


def free_ports(n):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(n)]
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


def wait(ready, processes, patience, pause):
    """Whether ready() comes true before the patience ends, in seconds, or one of the processes does."""
    end = time.monotonic() + patience
    while not ready():
        if time.monotonic() > end or any(process.poll() is not None for process in processes):
            return False
        time.sleep(pause)
    return True
