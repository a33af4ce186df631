"""The balancer ends whatever is under way, and leaves nothing to the collector."""

import gc
import socket
import threading

from app.drill.kit.cluster.balancer import balanced
from app.drill.kit.service import free_port


def test_one_that_nobody_has_asked_anything_ends_without_a_fault() -> None:
    with balanced([free_port()]):
        pass
    assert "balancer" not in {each.name for each in threading.enumerate()}


def test_one_that_waits_for_a_silent_replica_leaves_no_connection_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as replica:
        with balanced([replica.getsockname()[1]]):
            silent, _ = replica.accept()
            silent.close()
            silent, _ = replica.accept()
        silent.close()
    gc.collect()
