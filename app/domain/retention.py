"""How long what is kept is kept, by kind: what a legal hold keeps is kept longer."""

import msgspec

DAY_S = 86_400.0


class Retention(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """In seconds since a ping was decided, a lead sold, an answer given, or a counter's window ended.

    After `lost_pings_s` the journal says no more of a ping that was not bought than what was decided, and nothing that
    finds a person. After `journal_s` its lines go. After `leads_s` a sale says nobody's name.
    """

    lost_pings_s: float = 30 * DAY_S
    journal_s: float = 1_825 * DAY_S
    leads_s: float = 1_825 * DAY_S
    evidence_s: float = 1_825 * DAY_S
    answers_s: float = 400 * DAY_S
    counters_s: float = 400 * DAY_S
