"""A process that wants a core gets some of it."""

import os
import time

from app.drill.kit.core_share import core_share


def test_who_works_gets_a_share_of_a_core() -> None:
    with core_share(os.getpid()) as got:
        until = time.thread_time() + 0.01
        while time.thread_time() < until:
            pass
    assert 0.0 < got.share <= 1.0


def test_of_a_process_that_is_not_told_of_nothing_is_taken_off() -> None:
    with core_share(2**31) as got:
        pass
    assert got.share == 1.0
