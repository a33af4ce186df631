"""Two-letter states of the United States, however a seller spells them."""

import re
from collections.abc import Iterator

from app.dialects.text import alike

_NAMES = """
AL Alabama, AK Alaska, AZ Arizona, AR Arkansas, CA California, CO Colorado, CT Connecticut, DE Delaware, DC District
of Columbia, FL Florida, GA Georgia, HI Hawaii, ID Idaho, IL Illinois, IN Indiana, IA Iowa, KS Kansas, KY Kentucky,
LA Louisiana, ME Maine, MD Maryland, MA Massachusetts, MI Michigan, MN Minnesota, MS Mississippi, MO Missouri, MT
Montana, NE Nebraska, NV Nevada, NH New Hampshire, NJ New Jersey, NM New Mexico, NY New York, NC North Carolina, ND
North Dakota, OH Ohio, OK Oklahoma, OR Oregon, PA Pennsylvania, RI Rhode Island, SC South Carolina, SD South Dakota,
TN Tennessee, TX Texas, UT Utah, VT Vermont, VA Virginia, WA Washington, WV West Virginia, WI Wisconsin, WY Wyoming,
PR Puerto Rico, VI Virgin Islands, GU Guam, AS American Samoa, MP Northern Mariana Islands, AA Armed Forces
Americas, AE Armed Forces Europe, AP Armed Forces Pacific
"""


_OTHERWISE = """
AL Ala, AZ Ariz, AR Ark, CA Calif, CA Cal, CO Colo, CT Conn, DE Del, FL Fla, IL Ill,
IN Ind, KS Kan, KS Kans, MA Mass, MI Mich, MN Minn, MS Miss, MT Mont, NE Neb, NE Nebr, NV
Nev, NM NMex, ND NDak, ND NoDak, NC NCar, NC NCarolina, NC NoCarolina, ND NDakota, OK Okla, OR Ore, OR Oreg, PA Penn,
PA Penna, SC SCar, SC SCarolina, SC SoCarolina, SD SDak, SD SoDak, SD SDakota, TN Tenn, TX Tex, WA Wash, WV
WVa, WV WVirginia, WI Wis, WI Wisc, WY Wyo, DC Washington DC, DC Washington District of Columbia, VI US Virgin Islands,
VI USVI, MP CNMI, MP Northern Marianas, KY Commonwealth of Kentucky, MA Commonwealth of Massachusetts, PA Commonwealth
of Pennsylvania, VA Commonwealth of Virginia, PR Commonwealth of Puerto Rico
"""
"""Abbreviations of newspapers and of the post before it had two letters, and whole names."""


def _pairs(words: str) -> Iterator[tuple[str, str]]:
    for pair in words.replace("\n", " ").split(","):
        code, _, name = pair.strip().partition(" ")
        yield code, name


STATES = frozenset(code for code, _ in _pairs(_NAMES))
_BY_SPELLING = {code: code for code in STATES}
_BY_SPELLING |= {alike(spelling): code for code, name in _pairs(_NAMES) for spelling in (code, name)}
_BY_SPELLING |= {alike(spelling): code for code, spelling in _pairs(_OTHERWISE)}
_BY_SPELLING |= {
    alike(spelling): code for code, name in _pairs(_NAMES) for spelling in (f"state of {name}", f"{name} state")
}
_NATION = frozenset({"us", "usa", "unitedstates", "unitedstatesofamerica", ""})
_PART = re.compile(r"[()/,\[\]_–—-]")
_LENGTH_MAX = 64


def state_of(text: str) -> str | None:
    """The two letters of a state, from its letters, its name or an abbreviation; `None` if there is no such state.

    What says it twice, as in "New York (NY)", must say the same; a country beside it says nothing.
    """
    known = _BY_SPELLING.get(text) or _BY_SPELLING.get(alike(text))
    if known is not None or len(text) > _LENGTH_MAX:
        return known
    plain = text.replace(".", "").strip("\"' ,")
    known = _BY_SPELLING.get(alike(plain.replace(",", "")))
    if known is not None:
        return known
    named = {_BY_SPELLING.get(part) for part in map(alike, _PART.split(plain)) if part not in _NATION}
    return named.pop() if len(named) == 1 else None
