"""Where a campaign buys: states, ZIPs and prefixes of the file itself, and lists of ZIPs in files beside it."""

from app.config.files import Files
from app.config.kind import Unreadable
from app.config.kinds import read_zip
from app.config.problem import Findings, KeyPath
from app.config.schema import TerritoryTable
from app.domain.territory import Territory

_SHOWN_MAX = 10
"""Wrong lines of one list that are told apart: a list in a wrong format has thousands."""


def build_territory(table: TerritoryTable, files: Files, findings: Findings) -> Territory:
    """The territory of a campaign."""
    listed = _zips_of(table.zip_file, (*table.at, "zip_file"), files, findings)
    left_out = _zips_of(table.not_zip_file, (*table.at, "not_zip_file"), files, findings)
    for position, state in enumerate(table.not_states):
        if state in table.states:
            findings.error((*table.at, "not_states", position), f"{state} is in `states` too", "leave it out of one")
    zips = frozenset(table.zips) | listed
    nowhere = zips <= frozenset(table.not_zips) | left_out
    if zips and nowhere and not (table.states or table.zip_prefixes):
        findings.error(table.at, "everything that it names is left out again", "leave less out")
    return Territory(
        states=frozenset(table.states),
        prefixes=tuple(dict.fromkeys(table.zip_prefixes)),
        zips=zips,
        not_states=frozenset(table.not_states),
        not_zips=frozenset(table.not_zips) | left_out,
    )


def territory_in_words(territory: Territory) -> str:
    """A territory as people say it: "TX, OK, 44 ZIPs, ZIP 342.., not NY"."""
    parts = [
        _several(sorted(territory.states), "states"),
        _several(sorted(territory.zips), "ZIPs"),
        _several([f"ZIP {prefix}.." for prefix in territory.prefixes], "ZIP prefixes"),
    ]
    text = ", ".join(part for part in parts if part) or "everywhere"
    left_out = [_several(sorted(territory.not_states), "states"), _several(sorted(territory.not_zips), "ZIPs")]
    return ", ".join([text, *(f"not {part}" for part in left_out if part)])


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
            except Unreadable as problem:
                wrong += 1
                if wrong <= _SHOWN_MAX:
                    findings.error_in(files.shown(name), number, at, problem.reason, _remedy(word))
    if wrong > _SHOWN_MAX:
        more = f"{wrong - _SHOWN_MAX} more entries are no ZIPs"
        findings.error_in(files.shown(name), 0, at, more, "is it a list of ZIPs, one a line?")
    if not zips and not wrong:
        findings.error(at, "the file names no ZIP", "write one a line, or leave the key out")
    return frozenset(zips)


def _remedy(word: str) -> str:
    if word.isascii() and word.isdigit() and len(word) in (3, 4):
        return f"a leading zero is lost: {word:0>5}"
    if word[:5].isdigit() and word[5:6] == "-":
        return f"leave the last four digits out: {word[:5]}"
    return "write five digits, and # before a comment or heading"
