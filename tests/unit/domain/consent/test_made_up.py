"""Ids that nobody was given are found, and none that was given is taken for one."""

from collections.abc import Callable
from random import Random
from uuid import UUID

from app.domain.consent.certificate import read_leadid
from tests.table import each_row

GIVEN = 100_000


@each_row(
    "made_up",
    [
        *("00000000-0000-0000-0000-000000000000", "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF"),
        *("11111111-2222-3333-4444-555555555555", "AAAAAAAA-BBBB-CCCC-DDDD-EEEEEEEEEEEE"),
        *("11111111-1111-4111-8111-111111111111", "00000000-0000-4000-8000-000000000123"),
        *("4F0C2A19-0000-0000-0000-000000000000", "12121212-1212-1212-1212-121212121212"),
        *("DEADBEEF-DEAD-BEEF-DEAD-BEEFDEADBEEF", "DEADBEEF-CAFE-BABE-F00D-C0FFEE123456"),
        *("DEADBEEF-DEAD-4EEF-8EAD-BEEFDEADBEEF", "8BADF00D-1BAD-B002-CAFE-D00D2A7F19C3"),
        *("A7C3E1A7-C3E1-A7C3-E1A7-C3E1A7C3E1A7", "ABCD1234-ABCD-4BCD-8BCD-ABCD1234ABCD"),
        *("4F0C2D1A-93B7-4E58-4F0C-2D1A93B74E58", "12312312-3123-1231-2312-312312312312"),
        *("12345678-1234-1234-1234-123456789012", "01234567-89AB-CDEF-0123-456789ABCDEF"),
        *("12345678-1234-5678-1234-567812345678", "FEDCBA98-7654-3210-FEDC-BA9876543210"),
        *("ABCDEF12-3456-7890-ABCD-EF1234567890", "13579BDF-1357-9BDF-1357-9BDF13579BDF"),
        *("00112233-4455-6677-8899-AABBCCDDEEFF", "00010203-0405-0607-0809-0A0B0C0D0E0F"),
        *("10203040-5060-7080-90A0-B0C0D0E0F000", "1A1B1C1D-1E1F-2021-2223-242526272829"),
        *("30313233-3435-3637-3839-303132333435", "98765432-1098-7654-3210-987654321098"),
        *("3FA85F64-5717-4562-B3FC-2C963F66AFA6", "F47AC10B-58CC-4372-A567-0E02B2C3D479"),
        *("919108f7-52d1-4320-9bac-f847db4148a8", "d290f1ee-6c54-4b01-90e6-d701748f0851"),
    ],
)
def test_an_id_that_was_typed_or_copied_is_made_up(made_up: str) -> None:
    assert read_leadid(made_up) is None
    assert read_leadid(made_up.swapcase()) is None


def test_no_id_that_was_given_is_made_up() -> None:
    random = Random(20261130)

    def versioned(version: int) -> str:
        return UUID(int=random.getrandbits(128), version=version).hex

    def timed() -> str:
        """By the clock of these years at one machine, as version 1 writes it."""
        ticks = 139_000_000_000_000_000 + random.getrandbits(56) % 5_000_000_000_000_000
        return UUID(fields=(ticks & 0xFFFFFFFF, ticks >> 32 & 0xFFFF, ticks >> 48 | 0x1000, 0x9B, 0x1C, 0x02420A)).hex

    def recent() -> str:
        """By the clock, as version 7 writes it."""
        return UUID(int=(1_700_000_000_000 + random.getrandbits(37) << 80) | random.getrandbits(76), version=4).hex

    makers: tuple[Callable[[], str], ...] = (
        lambda: versioned(4),
        lambda: f"{random.getrandbits(128):032x}",
        timed,
        recent,
    )
    given = (maker() for _ in range(GIVEN // len(makers)) for maker in makers)
    assert [each for each in given if read_leadid(str(UUID(each))) is None] == []
