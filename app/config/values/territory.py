"""Where a campaign buys: states, counties, circles, ZIPs and prefixes, and lists of ZIPs in files of their own."""

from collections.abc import Sequence

from app.config.file.files import Files
from app.config.file.problem import Findings, KeyPath
from app.config.schema import TerritoryTable
from app.config.values.kind import UnreadableValue
from app.config.values.kinds import read_zip
from app.config.values.zip_table import Area, circle, unknown_zips
from app.domain.territory import Territory

_SHOWN_MAX = 10
"""How many wrong lines of a list are reported: a list in a wrong format has thousands."""


def build_territory(table: TerritoryTable, files: Files, findings: Findings) -> Territory:
    """The territory of a campaign; counties and circles become their ZIPs."""
    listed = _zips_of(table.zip_file, (*table.at, "zip_file"), files, findings)
    left_out = _zips_of(table.not_zip_file, (*table.at, "not_zip_file"), files, findings)
    left_out = left_out.union(table.not_zips, *(county.zips for county in table.not_counties))
    for position, state in enumerate(table.not_states):
        if state in table.states:
            findings.error((*table.at, "not_states", position), f"{state} is in `states` too", "remove it from one")
    placed = [(county, (*table.at, "counties", position)) for position, county in enumerate(table.counties)]
    placed += [(circle(around.zip, around.miles), around.at) for around in table.around]
    for area, at in placed:
        _check_area(area, at, table, left_out, findings)
    zips = listed.union(table.zips, *(area.zips for area, _ in placed))
    _warn_of_unknown(table, listed, findings)
    _warn_of_idle_exclusions(table, findings)
    if zips and zips <= left_out and not (table.states or table.zip_prefixes or findings.blame(table.at)):
        findings.error(table.at, "everything that it includes is also excluded", "exclude less")
    return Territory(
        states=frozenset(table.states),
        prefixes=tuple(dict.fromkeys(table.zip_prefixes)),
        zips=zips,
        not_states=frozenset(table.not_states),
        not_zips=left_out,
        areas=tuple(dict.fromkeys(area.name for area, _ in placed)),
    )


def territory_in_words(territory: Territory) -> str:
    """A territory as people say it: "TX, OK, 44 ZIPs, ZIP 342.., not NY"; each county and circle before a semicolon."""
    zips = _several(sorted(territory.zips), "ZIPs")
    parts = [
        _several(sorted(territory.states), "states"),
        f"{len(territory.zips)} ZIPs in all" if territory.areas else zips,
        _several([f"ZIP {prefix}.." for prefix in territory.prefixes], "ZIP prefixes"),
    ]
    text = ", ".join(part for part in parts if part) or "everywhere"
    left_out = [_several(sorted(territory.not_states), "states"), _several(sorted(territory.not_zips), "ZIPs")]
    return "; ".join([*territory.areas, ", ".join([text, *(f"not {part}" for part in left_out if part)])])


def _check_area(area: Area, at: KeyPath, table: TerritoryTable, left_out: frozenset[str], findings: Findings) -> None:
    """A county or circle must bring in something, and should bring in something new."""
    states = {*area.zips.values()}
    if all(zip_code in left_out or state in table.not_states for zip_code, state in area.zips.items()):
        findings.error(at, f"all of {area.name} is also excluded", "exclude less")
    elif states <= {*table.states}:
        reason = f"{area.name} lies in {' and '.join(sorted(states))}, which is included as a whole"
        findings.warn(at, reason, "remove the state from `states`, or remove this")
    elif len(area.zips) == 1 and at[-2] == "around":
        findings.warn(at, f"{area.name} covers no other ZIP code", "use more miles, or list the ZIP in `zips`")


def _warn_of_unknown(table: TerritoryTable, listed: frozenset[str], findings: Findings) -> None:
    """ZIP codes that nobody has: a few may be newer than our table, all of them are a mistake."""
    keys = {
        "zips": table.zips,
        "zip_file": sorted(listed),
        "zip_prefixes": table.zip_prefixes,
        "not_zips": table.not_zips,
    }
    for key, zips in keys.items():
        warn_of_unknown_zips(zips, (*table.at, key), findings)


def warn_of_unknown_zips(zips: Sequence[str], at: KeyPath, findings: Findings) -> None:
    """Warn of ZIP codes, or beginnings of some, at which nobody lives."""
    if unknown := unknown_zips(zips):
        more = f" and {len(unknown) - _SHOWN_MAX} more" if len(unknown) > _SHOWN_MAX else ""
        reason = f"nobody has such a ZIP code: {', '.join(unknown[:_SHOWN_MAX])}{more}"
        findings.warn(at, reason, "correct them, or remove them")


def _warn_of_idle_exclusions(table: TerritoryTable, findings: Findings) -> None:
    """To exclude what was never included excludes nothing."""
    if table.states and not (table.zips or table.zip_file or table.zip_prefixes or table.counties or table.around):
        for position, state in enumerate(table.not_states):
            reason = f"{state} is not in `states`, so there is nothing to exclude"
            if state not in table.states:
                findings.warn((*table.at, "not_states", position), reason, "remove it")


def _several(names: list[str], many: str) -> str:
    return ", ".join(names) if len(names) <= 6 else f"{len(names)} {many}"


def _zips_of(name: str, at: KeyPath, files: Files, findings: Findings) -> frozenset[str]:
    """The ZIPs of a file, one or several a line; nothing where it names no file."""
    content = files.text(name, at, findings) if name else None
    if content is None:
        return frozenset()
    zips: set[str] = set()
    wrong = 0
    for number, line in enumerate(content.splitlines(), start=1):
        for word in line.partition("#")[0].replace(",", " ").replace(";", " ").split():
            try:
                zips.add(read_zip(word.strip("\"'")))
            except UnreadableValue as problem:
                wrong += 1
                if wrong <= _SHOWN_MAX:
                    findings.error_in(files.shown(name), number, at, problem.reason, _remedy(word))
    if wrong > _SHOWN_MAX:
        more = f"{wrong - _SHOWN_MAX} more entries are not ZIP codes"
        findings.error_in(files.shown(name), 0, at, more, "is it a list of ZIP codes, one per line?")
    if not zips and not wrong:
        findings.error(at, "the file contains no ZIP code", "write one per line, or remove the key")
    return frozenset(zips)


def _remedy(word: str) -> str:
    if word.isascii() and word.isdigit() and len(word) in (3, 4):
        return f"the leading zero is missing: {word:0>5}"
    if word[:5].isdigit() and word[5:6] == "-":
        return f"remove the last four digits: {word[:5]}"
    return "write five digits, and # before a comment or heading"
