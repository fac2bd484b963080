"""Python imports this by itself at start: no socket of the server may leave this machine.

Each attempt, a connection or only a look-up of a name, is refused and written to the file that
`NO_NETWORK_LOG` names, so that a test can tell of it.
"""

import os
import socket
import sys

OWN = ("127.0.0.1", "localhost", "::1", "0.0.0.0", "", None)


def _refuse(event, args):
    if event == "socket.connect":
        sock, address = args
        if sock.family not in (socket.AF_INET, socket.AF_INET6):
            return
        host = address[0]
    elif event == "socket.getaddrinfo":
        host = args[0]
    else:
        return
    if host not in OWN:
        with open(os.environ["NO_NETWORK_LOG"], "a", encoding="utf-8") as log:
            log.write(f"{event} {host}\n")
        raise OSError(f"no network in this test: {host}")


if "NO_NETWORK_LOG" in os.environ:
    sys.addaudithook(_refuse)
