"""Two-letter states of the United States, however a seller spells them."""

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
_PAIRS = [pair.strip().split(" ", 1) for pair in _NAMES.replace("\n", " ").split(",")]

STATES = frozenset(code for code, _ in _PAIRS)
_BY_SPELLING = {code: code for code, _ in _PAIRS}
_BY_SPELLING |= {alike(spelling): code for code, name in _PAIRS for spelling in (code, name)}
_BY_SPELLING |= {"washingtondc": "DC", "d.c.": "DC", "u.s.virginislands": "VI", "usvirginislands": "VI"}


def state_of(text: str) -> str | None:
    """The two letters of a state, given as such or by its name; `None` if there is no such state."""
    return _BY_SPELLING.get(text) or _BY_SPELLING.get(alike(text))
