"""What a scorer consists of: features, a weighted sum, trees and a calibrator, all of them plain numbers."""

from pathlib import Path
from typing import TypeVar

import msgspec

SCHEMA = 2
VALUE = "value.json"
"""The file of a second scorer, which says what a conversion brings."""
AMOUNT_MAX = 1e8
"""Dollars that no conversion brings."""
BYTES_MAX = 4_000_000
LEAVES_MAX = 32
"""A tree has a machine word's worth of leaves; boosting wants small trees, and many."""
CATEGORIES_MAX = 255
"""That trees may tell apart as they are; a field of more values is encoded as a number first."""
ENCODED_MAX = 50_000
"""More than the country has ZIP codes."""
LOG_ODDS_MAX = 100.0
"""No honest leaf says more: e^-100 is the chance of nothing ever seen."""


T = TypeVar("T")


class Unusable(Exception):
    """An artefact must not price: the message names the file and says why."""


class Number(
    msgspec.Struct, frozen=True, tag_field="kind", tag="number", forbid_unknown_fields=True, omit_defaults=True
):
    """A fact read as a number; a boolean is 0 or 1, anything else is missing, and so is what is `absent`.

    In every kind of fact these are the values that stand for none, as -1 or 9999 do where training read them so.
    """

    name: str
    absent: tuple[float, ...] = ()


class Category(
    msgspec.Struct, frozen=True, tag_field="kind", tag="category", forbid_unknown_fields=True, omit_defaults=True
):
    """A fact read as one of `values`.

    To trees other text is the value at `unknown`, the most ordinary one, or missing without it; what is no text is
    missing.
    """

    name: str
    values: tuple[str, ...]
    unknown: int | None = None
    absent: tuple[str, ...] = ()


class Encoded(
    msgspec.Struct, frozen=True, tag_field="kind", tag="encoded", forbid_unknown_fields=True, omit_defaults=True
):
    """A fact read as the number which training gave its value, as it gave one to the missing and to the unknown."""

    name: str
    values: tuple[str, ...]
    encodings: tuple[float, ...]
    missing: float
    unknown: float
    absent: tuple[str, ...] = ()


class Cross(msgspec.Struct, frozen=True, tag_field="kind", tag="cross", forbid_unknown_fields=True, omit_defaults=True):
    """Two categories read as one number, which training gave to each pair of their values that it saw.

    `of` are their names. A value that is no text is missing, and stands in a pair as the empty text; a pair never seen
    is unknown.
    """

    name: str
    of: tuple[str, str]
    values: tuple[tuple[str, str], ...]
    encodings: tuple[float, ...]
    unknown: float
    absent: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())


class NumberTerm(msgspec.Struct, frozen=True, array_like=True, tag="number", forbid_unknown_fields=True):
    """Adds `at_low`, and `weight` for each unit that the number lies above `low`; or `missing`.

    A number beyond `low` or `high`, the bounds of training, is read as the bound: else one absurd number in a ping
    would outweigh all that it says besides.
    """

    feature: int
    low: float
    high: float
    at_low: float
    weight: float
    missing: float


class CategoryTerm(msgspec.Struct, frozen=True, array_like=True, tag="category", forbid_unknown_fields=True):
    """Adds the value's weight; text that is none of the values is unknown, anything else is missing."""

    feature: int
    weights: tuple[float, ...]
    missing: float
    unknown: float


class NumberSplit(msgspec.Struct, frozen=True, array_like=True, tag="number", forbid_unknown_fields=True):
    """Left where the number is at most `at_most`; `None` admits every number and leaves the missing to the right.

    An encoded fact is a number too, and never missing.
    """

    feature: int
    at_most: float | None
    missing_left: bool
    left: "float | NumberSplit | CategorySplit"
    right: "float | NumberSplit | CategorySplit"


class CategorySplit(msgspec.Struct, frozen=True, array_like=True, tag="category", forbid_unknown_fields=True):
    """Left where the value stands in `among`, by its position in the feature's values."""

    feature: int
    among: tuple[int, ...]
    missing_left: bool
    left: "float | NumberSplit | CategorySplit"
    right: "float | NumberSplit | CategorySplit"


class Uncalibrated(msgspec.Struct, frozen=True, tag_field="kind", tag="none", forbid_unknown_fields=True):
    """Log-odds become a probability as they are."""


class Sigmoid(msgspec.Struct, frozen=True, tag_field="kind", tag="sigmoid", forbid_unknown_fields=True):
    """Log-odds are stretched and shifted first."""

    slope: float
    intercept: float


class Beta(msgspec.Struct, frozen=True, tag_field="kind", tag="beta", forbid_unknown_fields=True):
    """Log-odds become `a * log(p) - b * log(1 - p) + c`: the two ends are stretched apart from each other.

    Kull, Silva Filho and Flach, "Beta calibration", 2017.
    """

    a: float
    b: float
    c: float


class Isotonic(msgspec.Struct, frozen=True, tag_field="kind", tag="isotonic", forbid_unknown_fields=True):
    """Log-odds become a probability by straight lines between points; beyond the ends the end holds."""

    scores: tuple[float, ...]
    probabilities: tuple[float, ...]


class Amount(msgspec.Struct, frozen=True, tag_field="kind", tag="amount", forbid_unknown_fields=True):
    """Logarithms of shares of `high` become amounts in dollars, of at least `low`: what a conversion brings."""

    low: float
    high: float


Node = float | NumberSplit | CategorySplit
Fact = Number | Category | Encoded
Feature = Fact | Cross
Term = NumberTerm | CategoryTerm
Calibrator = Uncalibrated | Sigmoid | Beta | Isotonic | Amount


class Scorer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`baseline`, what `terms` add and the leaves of `trees` are log-odds, summed; a node is a leaf or has two.

    Of amounts they are logarithms.
    """

    schema: int
    vertical: str
    version: str
    features: tuple[Feature, ...]
    baseline: float
    terms: tuple[Term, ...]
    trees: tuple[Node, ...]
    calibrator: Calibrator

    @property
    def reads(self) -> tuple[str, ...]:
        """The facts of a lead that it reads; a cross is of facts that stand here too."""
        return tuple(feature.name for feature in self.features if not isinstance(feature, Cross))


def read_bytes(path: Path) -> bytes:
    """The file's bytes; refused where it is absent or larger than any artefact may be."""
    try:
        size = path.stat().st_size
        if size > BYTES_MAX:
            raise Unusable(f"{path.name} is larger than {BYTES_MAX} bytes")
        return path.read_bytes()
    except OSError as error:
        raise Unusable(f"{path.name} cannot be read: {error.strerror or type(error).__name__}") from None


class _Header(msgspec.Struct, frozen=True):
    schema: int | None = None


def decoded(body: bytes, kind: type[T], name: str, schema: int, what: str) -> T:
    """What a file holds; another schema is named as such, not as the first field that it spells differently."""
    try:
        found = msgspec.json.decode(body, type=_Header).schema
        if found != schema:
            raise Unusable(f"{name} has schema {found}, this service reads {schema}: train again or upgrade")
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unusable(f"{name} is not {what}: {error}") from None
