"""Every dialect by name: one line each."""

from app.dialects.platforms import (
    boberdoo,
    generic,
    jangl,
    leadconduit,
    leadconduit_pricing,
    leadprosper,
    leadspedia,
    legs,
    phonexa,
    px,
)

DIALECTS = {
    each.name: each
    for each in (
        generic.DIALECT,
        leadconduit.DIALECT,
        leadconduit_pricing.DIALECT,
        boberdoo.DIALECT,
        leadspedia.DIALECT,
        phonexa.DIALECT,
        jangl.DIALECT,
        px.DIALECT,
        leadprosper.DIALECT,
        legs.DIALECT,
    )
}
GENERIC = generic.DIALECT
