"""What a file of leads means: which column is the outcome, which the time, and which fields a ping knows."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from app.dialects.text import did_you_mean
from training.errors import TrainingError

CalibratorChoice = Literal["auto", "none", "sigmoid", "beta", "isotonic"]
FieldType = Literal["choice", "number", "integer", "boolean", "text", "date", "hour", "weekday"]
FILLED = "*"
"""What is positive in a column that only conversions fill, as the date or the revenue of a sale: all but 0."""
BY_ROW = "row"
"""The order of a file that has no time: its rows stand oldest first."""

_VERTICAL = re.compile(r"[a-z0-9_]{1,64}")


class SpecField(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One fact of a lead: `name` is what the service calls it, `column` the file's own word where that is another.

    No model reads `text` and `date`. `hour` and `weekday` (0 is Monday) are read from a column of times. A field that
    tells so much that it must be suspected is read all the same where it is `trusted` for a `reason`, which else says
    why one is not known. `decimal` is that of its numbers where it is not the file's; what is no number may be read as
    `missing`, and the values in `missing` stand for none, as -1 or 9999 do in many exports. `values` are those of a
    declared choice, in whose spelling it is read; any other is missing.
    """

    name: str
    type: FieldType
    known_at_ping: bool = True
    column: str = ""
    trusted: bool = False
    decimal: Literal["", ".", ","] = ""
    unreadable: Literal["refuse", "missing"] = "refuse"
    missing: tuple[str | bool | int | float, ...] = ()
    values: tuple[str, ...] = ()
    reason: str = ""

    @property
    def source(self) -> str:
        """The column of the file that holds it."""
        return self.column or self.name

    @property
    def read(self) -> bool:
        """Whether a model reads it: what no ping knows, no model may see."""
        return self.known_at_ping and self.type not in ("text", "date")


class ValueOf(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a conversion brings as a share of a field, which a ping may know: `rate` is a number, or such as "0.75%"."""

    field: str
    rate: float | str

    @property
    def share(self) -> float:
        """The rate as a number. Raises ValueError."""
        if isinstance(self.rate, str) and self.rate.strip().endswith("%"):
            return float(self.rate.strip().removesuffix("%")) / 100.0
        return float(self.rate)


class Spec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a history is read.

    A lead has converted if its `label` is one of `positive`, or, where that is `*`, if it has one other than 0; one
    that is neither there nor among `negative`, if any are named, is left out. Rows without a label are left out or have
    not converted yet, as `missing_label` says. `order` is a column of times, or `row`; a few rows without a time are
    left out. Leads younger than `maturity_days` before the newest are left out, whatever they came to: of late leads
    only the quick conversions are known yet. `where` keeps the rows whose columns hold these values. `value` is what a
    conversion brought: a column, or a share of one. `time_format` is `day first`, or strptime's where times are written
    as in no message; times without a zone are those of `time_zone`.

    Where `converted_at` names the column with the time of each conversion, it says how many come late: so many days are
    proposed where none are named, and young leads are weighed by it unless `young` ones are left out. `delays_by` is a
    column of which each value, such as a seller, may have delays of its own; `known_until` is when outcomes were last
    looked at, as a moment or a column, where the newest times do not tell.

    A lead counts as often as its `weight` says, in fitting and judging; in fitting, one that is `half_life_days` older
    than the newest counts half as much. Leads of one `group` are never on both sides of a cut. Of `candidates`, each a
    `model` with its settings (a number, or several to choose from), the best is taken; all that are installed are tried
    where none is named. `calibrator` is the only curve that is tried, or none.
    """

    vertical: str
    label: str
    positive: str | bool | int | float | tuple[str | bool | int | float, ...]
    negative: tuple[str | bool | int | float, ...] = ()
    missing_label: Literal["refuse", "leave_out", "not_yet"] = "refuse"
    order: str
    time_format: str = ""
    time_zone: str = "UTC"
    maturity_days: float = 0.0
    converted_at: str = ""
    known_until: str = ""
    delays_by: str = ""
    young: Literal["weigh", "leave_out"] = "weigh"
    value: str | ValueOf = ""
    weight: str = ""
    half_life_days: float = 0.0
    group: str = ""
    candidates: tuple[dict[str, str | float | tuple[float, ...]], ...] = ()
    calibrator: CalibratorChoice = "auto"
    decimal: Literal[".", ","] = "."
    values_seen_once: Literal["refuse", "unknown"] = "refuse"
    where: dict[str, str | bool | int | float] = {}
    fields: tuple[SpecField, ...]

    @property
    def timed(self) -> bool:
        """Whether leads have times, or only an order."""
        return self.order != BY_ROW

    @property
    def value_column(self) -> str:
        """The column that holds a conversion's value, or the field of which it is a share; empty where none is told."""
        if isinstance(self.value, str):
            return self.value
        named = self.value.field
        return next((field.source for field in self.fields if field.name == named), named)

    @property
    def named(self) -> dict[str, str]:
        """Every column that must be there -> the key that names it."""
        own = {"label": self.label, "order": self.order if self.timed else "", "value": self.value_column}
        own |= {"weight": self.weight, "group": self.group}
        own |= {"converted_at": self.converted_at, "delays_by": self.delays_by}
        names = {column: f"fields.{field.name}" for field in self.fields for column in [field.source]}
        names |= {column: f"where.{column}" for column in self.where}
        return names | {column: key for key, column in own.items() if column}


def spec_of_bought(vertical: str, fields: Iterable[SpecField]) -> Spec:
    """How the leads that a service has bought are read: those that have not matured have no label.

    A conversion brought what somebody stated, in dollars.
    """
    return Spec(
        vertical=vertical,
        label="converted",
        positive=True,
        missing_label="not_yet",
        order="at",
        converted_at="converted_at",
        known_until="known_until",
        delays_by="seller",
        value=ValueOf(field="stated_cents", rate=0.01),
        fields=tuple(fields),
    )


def read_spec(path: Path) -> Spec:
    """Read a specification strictly: whatever is unknown, missing or contradictory is refused by name."""
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise TrainingError(f"{path} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TrainingError(f"{path} is not TOML: {error}") from None
    _check_keys(told, Spec, f"{path}: ")
    for number, field in enumerate(told.get("fields", []), 1):
        if isinstance(field, dict):
            _check_keys(field, SpecField, f"{path}: field {number} ({field.get('name', 'without a name')}): ")
    if isinstance(told.get("value"), dict):
        _check_keys(told["value"], ValueOf, f"{path}: value: ")
    try:
        spec = msgspec.convert(told, type=Spec)
    except msgspec.ValidationError as error:
        raise TrainingError(f"{path}: {error}") from None
    if wrong := next(_wrong(spec), ""):
        raise TrainingError(f"{path}: {wrong}")
    return spec


def missing_columns(spec: Spec, names: Iterable[str]) -> list[str]:
    """A sentence for each column that the specification names and the file has not."""
    there = list(names)
    return [
        f"{key}: there is no column {column!r}{did_you_mean(column, there)}"
        for column, key in spec.named.items()
        if column not in there
    ]


def _check_keys(told: Mapping[str, Any], kind: type[msgspec.Struct], where: str) -> None:
    for key in told:
        if key not in kind.__struct_fields__:
            raise TrainingError(f"{where}unknown key {key!r}{did_you_mean(key, kind.__struct_fields__)}")


def _wrong(spec: Spec) -> Iterator[str]:
    """Whatever makes no sense, each in a sentence."""
    if not _VERTICAL.fullmatch(spec.vertical):
        yield f"vertical: {spec.vertical!r} must be of lower-case letters, digits and _"
    yield from _wrong_times(spec)
    yield from _wrong_demands(spec)
    try:
        ZoneInfo(spec.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield f"time_zone: {spec.time_zone!r} is unknown; write one such as America/New_York"
    for at, field in enumerate(spec.fields):
        if not field.name:
            yield "fields: a field has no name"
        if field.name in (other.name for other in spec.fields[:at]):
            yield f"fields.{field.name}: named twice"
        if field.values and field.type != "choice":
            yield f'fields.{field.name}: only a choice has values; say type = "choice"'
        if field.trusted and not field.reason.strip():
            yield (
                f"fields.{field.name}: trusted needs its reason: say how every ping comes to know it, as reason = "
                '"the seller\'s form asks for it"'
            )
        if field.known_at_ping and field.source in (spec.label, spec.value, spec.converted_at):
            yield f"fields.{field.name}: {field.source!r} is the outcome, which no ping knows"
    if not any(field.read for field in spec.fields):
        kinds = ", ".join(sorted({*get_args(FieldType)} - {"text", "date"}))
        yield f"fields: none is known at ping time and of a type that a model reads ({kinds})"


def _wrong_times(spec: Spec) -> Iterator[str]:
    """What is wrong with how long leads are given, and how that is known."""
    if not spec.timed and spec.maturity_days:
        yield "maturity_days: rows without times have no age; name a column of times as order"
    if spec.maturity_days < 0.0:
        yield "maturity_days: must not be negative"
    if not spec.timed and spec.converted_at:
        yield "converted_at: rows without times have no delays; name a column of times as order"
    for key in ("known_until", "delays_by"):
        if getattr(spec, key) and not spec.converted_at:
            yield f"{key}: it says nothing without converted_at, the column with the time of each conversion"


def _wrong_demands(spec: Spec) -> Iterator[str]:
    """What is wrong with how leads are weighed, models chosen and conversions valued."""
    if not spec.timed and spec.half_life_days:
        yield "half_life_days: rows without times have no age; name a column of times as order"
    if spec.half_life_days < 0.0:
        yield "half_life_days: must not be negative"
    if any(not isinstance(candidate.get("model"), str) for candidate in spec.candidates):
        yield 'candidates: each names its model, such as model = "boosting"'
    for key, column in (("weight", spec.weight), ("group", spec.group)):
        if column and column == spec.label:
            yield f"{key}: {column!r} is the outcome"
    if isinstance(spec.value, str):
        return
    try:
        share = spec.value.share
    except ValueError:
        share = 0.0
    if not 0.0 < share < float("inf"):
        yield f'value: rate {spec.value.rate!r} is no share above 0; write 0.0075 or "0.75%"'
