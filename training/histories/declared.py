"""What training needs of `buyer.toml`: the fields of each vertical, and the zone in which hours count."""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from app.domain.vertical import Vertical
from training.errors import TrainingError
from training.histories.spec import Spec, SpecField, spec_of_bought

OF_EVERY_LEAD = (
    SpecField(name="state", type="choice"),
    SpecField(name="local_hour", type="integer"),
    SpecField(name="weekday", type="integer"),
)
"""`zip3` is left out: it helped one vertical of three by .001 of log-loss and hurt another as much, and the country has
more prefixes than a category of the trees may have values."""


MATURITY_DAYS = 14.0
"""How long a lead has to convert, unless something else is said."""


class DeclaredVerticals(msgspec.Struct, frozen=True, kw_only=True):
    """Verticals by name, in declared order."""

    verticals: dict[str, Vertical]
    zone: str

    def chosen(self, names: Sequence[str]) -> list[str]:
        """The verticals of these names, all where none is named; TrainingError where there is none of a name."""
        for name in names:
            if name not in self.verticals:
                raise TrainingError(f"no vertical {name!r} is declared; there are: {', '.join(self.verticals)}")
        return [*names] or [*self.verticals]


def declared(path: Path) -> DeclaredVerticals:
    """Read leniently: what else is wrong with the file is for `leadbid check` to say."""
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
        tables = [
            {"title": table.get("name"), **table, "provider_facts": _facts(told, table.get("name"))}
            for table in told.get("verticals", [])
        ]
        verticals = msgspec.convert(tables, list[Vertical])
        zone = told["buyer"]["time_zone"]
    except OSError as error:
        raise TrainingError(f"{path} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError, KeyError, TypeError) as error:
        raise TrainingError(
            f"{path} does not declare verticals and buyer.time_zone: {error}. Try `leadbid check`"
        ) from None
    return DeclaredVerticals(verticals={vertical.name: vertical for vertical in verticals}, zone=zone)


def _facts(told: Mapping[str, Any], vertical: object) -> list[Mapping[str, Any]]:
    """What providers tell of its pings."""
    checks = [each for each in told.get("checks", []) if "ping" in each.get("on", ())]
    return [
        {"type": "number", **fact}
        for check in checks
        if not check.get("verticals") or vertical in check["verticals"]
        for fact in check.get("facts", [])
    ]


def spec_of(vertical: Vertical) -> Spec:
    """A declared vertical as a data scientist would specify the leads that the service has bought of it."""
    fields = [
        SpecField(name=field.name, type=field.type, known_at_ping=field.known_at_ping)
        for field in (*vertical.fields, *vertical.provider_facts)
    ]
    return spec_of_bought(vertical.name, (*fields, *OF_EVERY_LEAD))
