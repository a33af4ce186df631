"""What was refused for want of time is told by its number, under the id that its sellers were told."""

from app.journal.lines import RefusedLine
from app.usecases.limits.shed_pings import LOAD_SHED, ShedPings

NOW = 1_795_273_200.0


def chances() -> "list[bytes]":
    return [bytes([number]) * 8 for number in range(8)]


def test_each_seller_gets_a_line_with_its_number_and_the_id_that_it_was_told() -> None:
    pings, left = ShedPings(), chances()
    acme = pings.of("acme", NOW, lambda _: left.pop(), test=False)
    tests = pings.of("acme", NOW, lambda _: left.pop(), test=True)
    assert pings.of("acme", NOW, lambda _: left.pop(), test=False) is acme
    acme.count += 3
    told = acme.line_id
    assert list(pings.taken(NOW + 1.0, lambda _: left.pop())) == [
        RefusedLine(at=NOW + 1.0, seller="acme", id=told, refusal=LOAD_SHED, count=3)
    ]
    assert acme.line_id != told
    assert list(pings.taken(NOW + 2.0, lambda _: left.pop())) == []
    tests.count += 1
    assert [line.test for line in pings.taken(NOW + 3.0, lambda _: left.pop())] == [True]
