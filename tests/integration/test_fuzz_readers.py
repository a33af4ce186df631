"""What is fuzzed takes its own seeds, so that a fuzzer begins with what is right."""

import pytest

from tests.fuzz.readers import BID, READERS, Fault


@pytest.mark.parametrize("name", READERS)
def test_a_reader_takes_a_sample_of_its_seeds_and_some_noise(name: str) -> None:
    reader = READERS[name]
    seeds = list(reader.seeds())
    with reader.opened() as read:
        for data in (*seeds[:: max(len(seeds) // 50, 1)], b"", b"\xff" * 40, seeds[0][:-3]):
            read(data)


def test_an_answer_that_we_are_broken_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise ZeroDivisionError

    with READERS["requests"].opened() as read:
        monkeypatch.setattr("app.dialects.generic.read_ping", fails)
        with pytest.raises(Fault, match="a ping could not be read"):
            read(next(each for each in READERS["requests"].seeds() if BID not in each))
