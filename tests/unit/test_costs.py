"""Every reader of what strangers send takes a time in proportion to its length, whatever stands in it."""

from collections.abc import Callable

from app.dialects.body.read import read_body
from app.dialects.text import alike, alike_value, printable, text_of
from app.dialects.values import agreement, fields, kinds, people
from app.dialects.values.certificates import certificate_in
from app.dialects.values.guard import is_personal
from app.dialects.values.kinds import ValueReader
from app.dialects.values.moments import day_of, epoch_of
from app.domain.consent.certificate import is_placeholder, read_leadid, read_trustedform
from app.domain.consent.consent import holds_one
from app.domain.identity import normal_phone
from app.domain.money import cents
from app.drill.kit.costly import SHAPES, body_of
from tests.costs import GROWTH_MAX, growth
from tests.table import each_row

UNITS = [
    "a",
    "1",
    "-",
    " ",
    "@",
    "%40",
    "a%40",
    "a@b.",
    "a@.",
    "1-",
    "1 ",
    "(212) ",
    "é",
    "\u00a0",
    "ﷺ",
    "\x00",
    ".",
    ":",
    "0:",
]
UNITS += ["+1", "AM", "2026-01-01T", "https://", "cert.trustedform.com/", "0.", "%", "1,", "İ", "\ud800"]

READERS: dict[str, Callable[[str], object]] = {
    "text_of": text_of,
    "printable": printable,
    "alike": alike,
    "alike_value": alike_value,
    "is_personal": is_personal,
    "epoch_of": epoch_of,
    "day_of": day_of,
    "cents": cents,
    "normal_phone": normal_phone,
    "is_placeholder": is_placeholder,
    "read_trustedform": read_trustedform.__wrapped__,
    "read_leadid": read_leadid.__wrapped__,
    "holds_one": lambda text: holds_one(text, ("solar panels",)),
}
TYPED: dict[str, ValueReader] = {
    name: getattr(fields, name)
    for name in ("zip_code", "state", "lead_type", "min_price", "moment", "ip_address", "network")
} | {
    "leadid": fields.leadid,
    "trustedform": fields.trustedform,
    "landing_page": fields.landing_page,
    "hashed": fields.hashed,
    "boolean": kinds.boolean,
    "number": kinds.number(0, 10),
    "integer": kinds.integer(0, 10),
    "day": kinds.day,
    "choice": kinds.choice(("one", "two")),
    "text": kinds.guarded(kinds.text(256)),
    "birth_date": people.birth_date,
    "name": people.name(100),
    "phone": people.phone,
    "email": people.email,
    "agreement": agreement.agreement,
    "consent_text": agreement.consent_text,
    "certificate_in": lambda raw: str(certificate_in(raw)),
    "mapped": kinds.mapped(kinds.choice(("one", "two")), {"eins": "one"}),
}


@each_row("name", [*READERS, *TYPED])
def test_a_value_is_read_in_a_time_that_grows_as_its_length(name: str) -> None:
    read = READERS.get(name) or TYPED[name]
    # A rough measure finds what takes far too long; only that has to be measured well.
    worst = max(UNITS, key=lambda unit: growth(lambda size: read(_text(unit, size)), 1_000, repeats=2))
    assert growth(lambda size: read(_text(worst, size)), 1_000) <= GROWTH_MAX, f"a text of {worst!r}"


@each_row("shape", SHAPES)
def test_a_body_is_read_in_a_time_that_grows_as_its_length(shape: str) -> None:
    def read(size: int) -> object:
        body, content_type = body_of(shape, size)
        return read_body(body, content_type)

    assert growth(read, 8_192) <= GROWTH_MAX


def _text(unit: str, size: int) -> str:
    return (unit * (size // len(unit) + 1))[:size]
