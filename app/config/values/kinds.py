"""The kinds of configuration values: dollars, shares, places, names, keys; times have a module of their own."""

import re
from collections.abc import Callable, Collection
from datetime import date, datetime
from ipaddress import ip_network
from math import isfinite
from typing import Annotated, Any
from urllib.parse import urlsplit

from app.config.file.problem import did_you_mean
from app.config.values.holiday_table import FEDERAL, holidays_of
from app.config.values.kind import Kind, UnreadableValue, shown
from app.config.values.times import Span, read_date, read_days, read_duration, read_hours
from app.config.values.zip_table import Area, Centre, bare_county, centre_of, counties_of, county_names
from app.config.values.zone import read_zone
from app.dialects.values.states import state_of
from app.domain.money import CENTS_MAX, cents

_NUMBER_MAX = 1e15
_DOLLARS = re.compile(r"\$?(\d+|\d{1,3}(,\d{3})+)(\.\d{1,2}0*)?")
_FINE_DOLLARS = re.compile(r"\$?\d{1,4}(\.\d{1,5}0*)?")
_HOST = re.compile(r"https?://(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")


def read_dollars(raw: object) -> int:
    """Dollars in cents, from 12.5, "12.50" or "$1,200"."""
    text = str(raw).strip()
    readable = isinstance(raw, str) or (isinstance(raw, (int, float)) and not isinstance(raw, bool))
    amount = cents(raw) if readable and _DOLLARS.fullmatch(text) else None
    if amount is None:
        raise UnreadableValue(
            f"{shown(raw)} is not a dollar amount between 0 and {CENTS_MAX // 100:,} in whole cents",
            'write it as 12.50 or "$1,200"',
        )
    return amount


def read_fine_dollars(raw: object) -> int:
    """Dollars in thousandths of a cent, as some calls cost less than a whole one: from 0.0125 or "$0.0125"."""
    millicents = cents(_times_thousand(raw))
    if millicents is None or not _FINE_DOLLARS.fullmatch(str(raw).strip()):
        raise UnreadableValue(
            f"{shown(raw)} is not a dollar amount of at most five decimals", 'write it as 0.0125 or "$0.25"'
        )
    return millicents


def _times_thousand(raw: object) -> object:
    """The same amount, its point three places to the right."""
    whole, _, rest = str(raw).strip().removeprefix("$").partition(".")
    rest = rest.ljust(3, "0")
    return None if isinstance(raw, bool) else f"{whole}{rest[:3]}.{rest[3:]}"


def read_number(raw: object) -> float:
    """A number, of a size that any field of a lead may have."""
    if isinstance(raw, bool) or not isinstance(raw, (int, float)) or not abs(raw) < _NUMBER_MAX:
        raise UnreadableValue(f"{shown(raw)} is not a number", "write it without quotes, as 0.9")
    return float(raw)


def read_rate(raw: object) -> float:
    """A share, from 0.04 or "4%"."""
    if isinstance(raw, str) and raw.strip().endswith("%"):
        try:
            return float(raw.strip().removesuffix("%")) / 100.0
        except ValueError:
            pass
    if isinstance(raw, (str, bool)):
        digits = isinstance(raw, str) and re.fullmatch(r"\d+(\.\d+)?", raw.strip())
        remedy = f'write "{raw}%", or a number without quotes' if digits else 'write it as "4%" or 0.04'
        raise UnreadableValue(f"{shown(raw)} is not a percentage", remedy)
    return read_number(raw)


def share_within(low: float, high: float) -> Callable[[object], float]:
    """A share between bounds; 15 is answered with "15%"."""
    bounded = within(read_rate, low, high, f'write a share from {low:g} to {high:g}, such as "{high * 10:g}%"')

    def read(raw: object) -> float:
        if isinstance(raw, (int, float)) and not isinstance(raw, bool) and max(high, 1.0) < raw <= 100.0 * high:
            raise UnreadableValue(f"{raw:g} is out of bounds", f'a share is written as "{raw:g}%" or {raw / 100:g}')
        return bounded(raw)

    return read


def within(read: Callable[[Any], float], low: float, high: float, remedy: str) -> Callable[[object], float]:
    """The same reader, with bounds."""

    def bounded(raw: object) -> float:
        value = read(raw)
        if not low <= value <= high:
            raise UnreadableValue(f"{shown(raw)} is out of bounds", remedy)
        return value

    return bounded


def read_state(raw: object) -> str:
    """A state's postal code, from that code or its name."""
    code = state_of(raw.strip()) if isinstance(raw, str) else None
    if code is None:
        raise UnreadableValue(f"{shown(raw)} is not a US state", "write its two letters, as TX")
    return code


def read_zip(raw: object) -> str:
    """Five digits."""
    if isinstance(raw, str) and re.fullmatch(r"[0-9]{5}", raw):
        return raw
    if isinstance(raw, int) and not isinstance(raw, bool):
        raise UnreadableValue(f"{raw} is a number, which loses leading zeros", f'write it in quotes: "{raw:05d}"')
    raise UnreadableValue(f"{shown(raw)} is not a valid ZIP code", 'write five digits in quotes, as "02139"')


def read_prefix(raw: object) -> str:
    """The first one to five digits of ZIPs."""
    if isinstance(raw, str) and re.fullmatch(r"[0-9]{1,5}", raw):
        return raw
    raise UnreadableValue(f"{shown(raw)} is not a ZIP prefix", 'write its one to five digits in quotes, as "336"')


def read_county(raw: object) -> Area:
    """The ZIPs of a county, from "Hillsborough, FL"; "County" may stand behind its name, and "St." is "Saint"."""
    name, _, place = (part.strip() for part in raw.rpartition(",")) if isinstance(raw, str) else ("", "", "")
    if not name:
        raise UnreadableValue(f"{shown(raw)} is not a county with its state", 'write it as "Hillsborough, FL"')
    state = read_state(place)
    found = counties_of(name, state)
    if not found:
        hint = did_you_mean(bare_county(name), county_names(state)) or "name its ZIPs instead"
        raise UnreadableValue(f'there is no county "{name}" in {state}', hint)
    if len(found) > 1:
        names = " or ".join(f'"{county.name}"' for county in found)
        raise UnreadableValue(
            f"{shown(raw)} could be the county or the independent city of that name", f"write {names}"
        )
    return found[0]


def read_holidays(raw: object) -> tuple[str, ...]:
    """Whose holidays: "federal", a state, or a list of such."""
    return tuple(dict.fromkeys(_calendar(one) for one in (raw if isinstance(raw, list) else [raw])))


def read_centre(raw: object) -> Centre:
    """Where the ZIP lies that a circle is drawn around."""
    zip_code = read_zip(raw)
    centre = centre_of(zip_code)
    if centre is None:
        raise UnreadableValue(
            f"{shown(raw)} is not a ZIP code with a location", "name a nearby ZIP code where people live"
        )
    return centre


def read_sha256(raw: object) -> tuple[str, ...]:
    """One or several SHA-256 in hex. What stands there instead may be a key, so it is not shown."""
    given = raw if isinstance(raw, list) else [raw]
    hashes = [one.lower() for one in given if isinstance(one, str) and _SHA256.fullmatch(one)]
    if not hashes or len(hashes) < len(given):
        reason = "this must be the SHA-256 of a key (64 hex digits), never the key itself"
        raise UnreadableValue(reason, 'print it with: printf %s "$key" | sha256sum')
    return tuple(dict.fromkeys(hashes))


def read_network(raw: object) -> str:
    """An IP address or network."""
    try:
        return str(ip_network(str(raw), strict=False))
    except ValueError:
        remedy = 'write it as "203.0.113.7" or "203.0.113.0/24"'
        raise UnreadableValue(f"{shown(raw)} is not an IP address or network", remedy) from None


def read_url(raw: object) -> str:
    """Scheme and host of a service, in lower case."""
    try:
        parts = urlsplit(raw.strip().lower().rstrip("/") if isinstance(raw, str) else "")
        whole = f"{parts.scheme}://{parts.netloc}"
        if parts.scheme in ("http", "https") and parts.hostname and parts.geturl() == whole and _HOST.fullmatch(whole):
            return whole.removesuffix({"http": ":80", "https": ":443"}[parts.scheme])
    except ValueError:
        pass
    raise UnreadableValue(
        f"{shown(raw)} is not the address of a service", 'write it without a path, as "https://leads.example.com"'
    )


def read_text(raw: object) -> str:
    """One line that is not empty."""
    if isinstance(raw, str) and raw.strip() and raw.isprintable():
        return raw.strip()
    raise UnreadableValue(f"{shown(raw)} is not one line of text" if raw != "" else "it is empty", 'write it as "..."')


def read_slug(raw: object) -> str:
    """The name of a campaign, seller, operator or destination."""
    return _named(raw, r"[a-z0-9]+(-[a-z0-9]+)*", "-", "lower-case letters, digits and hyphens, as auto-texas")


def read_name(raw: object) -> str:
    """The name of a field or vertical."""
    return _named(
        raw, r"[a-z][a-z0-9]*(_[a-z0-9]+)*", "_", "lower-case letters, digits and underscores, as credit_tier"
    )


def read_scalar(raw: object) -> str | int | float | bool:
    """A single value of any type; a date is its text."""
    if isinstance(raw, date) and not isinstance(raw, datetime):
        return raw.isoformat()
    if isinstance(raw, (str, int, bool)) or (isinstance(raw, float) and isfinite(raw)):
        return raw
    raise UnreadableValue(f"{shown(raw)} is not a single value", "write a text, a number, or true or false")


def read_word(words: Collection[str], what: str) -> Callable[[object], str]:
    """One of these words."""

    def read(raw: object) -> str:
        if isinstance(raw, str) and raw in words:
            return raw
        raise UnreadableValue(f"{shown(raw)} is not {what}", did_you_mean(str(raw), words))

    return read


Dollars = Annotated[int, Kind("dollars", read_dollars)]
Share = Annotated[float, Kind("share", share_within(0.0, 1.0))]
Duration = Annotated[float, Kind("duration", read_duration)]
Days = Annotated[tuple[int, ...], Kind("weekdays", read_days)]
Hours = Annotated[tuple[Span, ...], Kind("hours", read_hours)]
LocalDate = Annotated[str, Kind("date", read_date)]
Holidays = Annotated[tuple[str, ...], Kind("holidays", read_holidays)]
Zone = Annotated[str, Kind("time zone", read_zone)]
State = Annotated[str, Kind("state", read_state)]
Zip = Annotated[str, Kind("ZIP", read_zip)]
County = Annotated[Area, Kind("county", read_county)]
ZipCentre = Annotated[Centre, Kind("ZIP", read_centre)]
ZipPrefix = Annotated[str, Kind("ZIP prefix", read_prefix)]
KeyHashes = Annotated[tuple[str, ...], Kind("one or more SHA-256", read_sha256)]
Network = Annotated[str, Kind("IP address or network", read_network)]
Text = Annotated[str, Kind("text", read_text)]
Url = Annotated[str, Kind("URL", read_url)]
Slug = Annotated[str, Kind("name with hyphens", read_slug)]
Name = Annotated[str, Kind("name with underscores", read_name)]
Scalar = Annotated[str | int | float | bool, Kind("text, number or boolean", read_scalar)]


def _calendar(raw: object) -> str:
    calendar = FEDERAL if raw == FEDERAL else state_of(raw.strip()) if isinstance(raw, str) else None
    if calendar is None or not holidays_of(calendar):
        raise UnreadableValue(f"there is no holiday calendar for {shown(raw)}", 'write "federal", or a state as "TX"')
    return calendar


def _named(raw: object, pattern: str, joint: str, form: str) -> str:
    if isinstance(raw, str) and re.fullmatch(pattern, raw) and len(raw) <= 60:
        return raw
    tidy = re.sub(r"[^a-z0-9]+", joint, str(raw).lower()).strip(joint)
    hint = f"; `{tidy}` would do" if isinstance(raw, str) and re.fullmatch(pattern, tidy) and len(tidy) <= 60 else ""
    raise UnreadableValue(f"{shown(raw)} cannot be a name", f"use up to 60 {form}{hint}")
