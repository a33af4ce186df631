"""What kind of line a number of the North American plan is, and where, as far as its digits tell."""

import re
from functools import lru_cache
from typing import Any, NamedTuple

import phonenumbers

_PLACES = frozenset({phonenumbers.PhoneNumberType.FIXED_LINE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE})
_PEOPLE = _PLACES | {phonenumbers.PhoneNumberType.MOBILE}

_US: Any = phonenumbers.PhoneMetadata.metadata_for_region("US")
_SERVICES = (_US.toll_free, _US.premium_rate, _US.shared_cost, _US.personal_number, _US.voip, _US.pager, _US.uan)
_US_LINE = re.compile(_US.fixed_line.national_number_pattern)
_US_SERVICE = re.compile(
    "|".join(f"(?:{kind.national_number_pattern})" for kind in (*_SERVICES, _US.voicemail) if kind is not None)
)


class PhoneKind(NamedTuple):
    """Whether a valid number rings at a person, not at a service; whether its area code says where; and its region."""

    is_persons: bool
    is_local: bool
    region: str


def number_of(digits: str) -> phonenumbers.PhoneNumber:
    """Ten digits as the library has them: parsing would find these very digits again."""
    return phonenumbers.PhoneNumber(country_code=1, national_number=int(digits))


@lru_cache(maxsize=1024)
def phone_kind(digits: str) -> PhoneKind:
    """What the library says of ten digits. By its own patterns most are a line of the US, which takes a tenth."""
    if _US_LINE.fullmatch(digits) and not _US_SERVICE.fullmatch(digits):
        return PhoneKind(is_persons=True, is_local=True, region="US")
    number = number_of(digits)
    kind = phonenumbers.number_type(number)
    return PhoneKind(kind in _PEOPLE, kind in _PLACES, phonenumbers.region_code_for_number(number) or "")
