"""The facts of a lead that filters, values and models may read: one function, for serving and for training."""

from collections.abc import Iterable

from app.domain.calendar import LocalTime
from app.domain.checks.verdict import Consultation
from app.wire.ping import Ping, Value

OF_EVERY_LEAD = ("state", "zip3", "local_hour", "weekday")
"""Facts that every lead has beside its vertical's own fields and that a model may read."""


PREDICTED_VALUE = "predicted_value"
"""What the model says that a conversion of this lead brings, in dollars: a fact that only `conversion_value` reads."""


def facts_of(ping: Ping, local: LocalTime, consultations: Iterable[Consultation] = ()) -> dict[str, Value]:
    """Everything known about a lead at ping time, by name; absent facts have no key. `local` is the buyer's time.

    What providers said of it is known as well.
    """
    facts: dict[str, Value] = {
        **ping.fields,
        "zip": ping.zip,
        "zip3": ping.zip[:3],
        "state": ping.state,
        "sub_id": ping.sub_id,
        "local_hour": local.minute // 60,
        "weekday": local.weekday,
    }
    for each in consultations:
        facts.update(each.facts)
    return facts
