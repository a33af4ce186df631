"""Whether a UUID is one that somebody typed or copied: those given at random look like none of these."""

from itertools import pairwise

_EXAMPLES = frozenset(
    bytes.fromhex(each.replace("-", ""))
    for each in """
    017f22e2-79b0-7cc3-98c4-dc0c0c07398f 046b6c7f-0b8a-43b9-b35d-6489e6daee91 109156be-c4fb-41ea-b1b4-efe1671c5836
    123e4567-e89b-12d3-a456-426614174000 123e4567-e89b-12d3-a456-426655440000 16fd2706-8baf-433b-82d3-8c7fada847da
    1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed 1ec9414c-232a-6b00-b3c8-9f6bdeced846 2489e9ad-2ee2-8e00-8ec9-32d5f69181c0
    2ed6657d-e927-568b-95e1-2665a8aea6a2 36b8f84d-df4e-4d49-b662-bcde71a8764f 38400000-8cf0-11bd-b23e-10b96e4ef00d
    3fa85f64-5717-4562-b3fc-2c963f66afa6 497f6eca-6276-4993-bfeb-53cbbbba6f08 550e8400-e29b-41d4-a716-446655440000
    5df41881-3aed-3515-88a7-2f4a814cf09e 630eb68f-e0fa-5ecc-887a-7c7a62614681 6ba7b810-9dad-11d1-80b4-00c04fd430c8
    6ba7b811-9dad-11d1-80b4-00c04fd430c8 6ba7b812-9dad-11d1-80b4-00c04fd430c8 6ba7b814-9dad-11d1-80b4-00c04fd430c8
    6c84fb90-12c4-11e1-840d-7b25c5ee775a 6ccd780c-baba-1026-9564-5b8c656024db 6ec0bd7f-11c0-43da-975e-2a8ad9ebae0b
    6f9619ff-8b86-d011-b42d-00c04fc964ff 6fa459ea-ee8a-3ca4-894e-db77e160355e 710b962e-041c-11e1-9234-0123456789ab
    7d444840-9dc0-11d1-b245-5ffdce74fad2 886313e1-3b8a-5372-9b90-0c9aee199e5d 919108f7-52d1-4320-9bac-f847db4148a8
    9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11 a8098c1a-f86e-11da-bd1a-00112444be1e
    c232ab00-9414-11ec-b3c8-9f6bdeced846 d290f1ee-6c54-4b01-90e6-d701748f0851 e4eaaaf2-d142-11e1-b3e4-080027620cdd
    f47ac10b-58cc-4372-a567-0e02b2c3d479 f81d4fae-7dec-11d0-a765-00a0c91e6bf6
    """.split()  # noqa: SIM905 - a list of ids reads better as text
)
"""With these standards, Swagger and the documentations of databases and uuid libraries show what an id looks like."""

_WORDS = """
    0ff1 1bad 1dea 5afe abad aced add5 babe bad0 bade ba5e ba11 bead beef c0de c0ff cafe d00d d1ce dada dead deaf deed
    deca f00d fa11 face fade fee1 feed b00b b0de b055 1ead 1ee7
""".split()  # noqa: SIM905 - as above
"""Words that hex can spell, a group of digits each."""

_SPOKEN = frozenset(_WORDS)
_SPOKEN_BYTES = bytes.fromhex("".join(_WORDS))
_WITHIN = bytes((byte - (byte >> 4)) % 16 for byte in range(256))
"""How far the second digit of a byte is from the first."""

_BYTES, _HEX = bytes(range(256)), bytes(range(16))
_VALUES = bytes.maketrans(b"0123456789abcdef", bytes(range(16)))

_REPEATED = 3
"""So many groups of four digits, or bytes, repeat others in no id that was given."""

_WORDS_MIN = 3
_STEPS_MIN = 6
_DIGITS_MIN, _COLUMN_DIGITS_MIN = 7, 4
"""An id that was given has some fourteen digits of sixteen, at as many distances, and ten in every second place."""


def is_made_up(given: bytes) -> bool:
    """Whether nobody was given an id of these sixteen bytes.

    It repeats itself, counts, spells words, or is everybody's example. Not one in a million given at random does so.
    """
    return (_is_odd(given) and _is_typed(given.hex())) or given in _EXAMPLES


def _is_odd(given: bytes) -> bool:
    """Whether an id deserves the second, longer look, which one in forty of those given at random gets.

    How many bytes there are, and distances within them, is told by how many others there are: sooner than by sets.
    """
    other_bytes, other_distances = _BYTES.translate(None, given), _HEX.translate(None, given.translate(_WITHIN))
    return (
        len(other_bytes) >= len(_BYTES) - len(given) + _REPEATED
        or not 2 < len(other_distances) < 10
        or len(given.translate(None, _SPOKEN_BYTES)) <= len(given) - 2 * _WORDS_MIN
    )


def _is_typed(digits: str) -> bool:
    return _repeats(digits) or _counts(digits)


def _repeats(digits: str) -> bool:
    """Whether the same digits come again and again, also with a UUID's version between them, or words do."""
    groups = {digits[at : at + 4] for at in range(0, len(digits), 4)}
    columns = ({*digits[::2]}, {*digits[1::2]})
    return (
        len(groups) <= len(digits) // 4 - _REPEATED
        or len(groups & _SPOKEN) >= _WORDS_MIN
        or len({*digits}) < _DIGITS_MIN
        or min(map(len, columns)) < _COLUMN_DIGITS_MIN
    )


def _counts(digits: str) -> bool:
    """Whether more than half of the digits are as far from the one before: counted up or down, by ones or more.

    In a count by bytes, or in pairs, the distances are few.
    """
    steps = bytes([(digit - before) % 16 for before, digit in pairwise(digits.encode().translate(_VALUES))])
    most = max(steps.count(1) + steps.count(15) - 2, *map(steps.count, {*steps}))
    return 2 * most > len(digits) or len({*steps}) < _STEPS_MIN
