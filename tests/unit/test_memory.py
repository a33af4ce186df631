"""The collector rests while a service is loaded, whatever comes of that."""

import gc

import pytest

from app.memory import without_collections


def test_nothing_is_collected_while_something_is_loaded() -> None:
    with without_collections():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_a_load_that_fails_leaves_the_collector_at_work() -> None:
    with pytest.raises(ValueError, match="unreadable"), without_collections():
        raise ValueError("unreadable")
    assert gc.isenabled()
