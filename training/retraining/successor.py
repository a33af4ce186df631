"""How the service's own leads are read to retrain a model: what its specification said of the fit still holds."""

import msgspec
from msgspec.structs import replace

from app.domain.vertical import Vertical
from app.scoring.card import ModelCard
from training.histories.declared import spec_of
from training.histories.spec import Spec, SpecField


def successor_spec(vertical: Vertical, champion: ModelCard | None) -> Spec:
    """The declared vertical's specification, with what that of the champion says besides fields and columns.

    A field declared as `text` is read again where the champion reads it: the declaration only says that its values
    cannot be listed.
    """
    spec = spec_of(vertical)
    if champion is None:
        return spec
    reads = {fact.name for fact in champion.reads if fact.kind == "category"}
    spec = replace(spec, fields=tuple(_as_read(field, reads) for field in spec.fields))
    try:
        before = msgspec.convert(champion.spec, Spec)
    except msgspec.ValidationError:
        # Another version wrote it.
        return spec
    trusted = {field.name: field.reason for field in before.fields if field.trusted}
    return replace(
        spec,
        fields=tuple(
            replace(field, trusted=True, reason=trusted[field.name]) if field.name in trusted else field
            for field in spec.fields
        ),
        half_life_days=before.half_life_days,
        candidates=before.candidates,
        calibrator=before.calibrator,
    )


def _as_read(field: SpecField, categories: set[str]) -> SpecField:
    is_read = field.type == "text" and field.known_at_ping and field.name in categories
    return replace(field, type="choice") if is_read else field
