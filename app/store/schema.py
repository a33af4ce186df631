"""The tables: times are UTC epoch seconds, money is integer cents, digests are hex, sealed bytes are opaque."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import UserDefinedType

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)

# Digests are read back in order; the order of bytes is the one that both databases and Python share.
_Digest = String(32).with_variant(String(32, collation="C"), "postgresql")


class TransactionId(UserDefinedType[str]):
    """The number of a transaction, which never comes again, as PostgreSQL has it and SQLAlchemy does not."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        return "XID8"


lead = Table(
    "lead",
    metadata,
    Column("lead_id", String(64), nullable=False),
    Column("seller", Text, nullable=False),
    Column("nonce", String(16), nullable=False),
    Column("ping_id", Text, nullable=False),
    # What the seller calls the lead and its source; empty where that says who somebody is.
    Column("seller_lead_id", Text, nullable=False),
    Column("sub_id", Text, nullable=False),
    Column("campaign", Text, nullable=False),
    Column("vertical", Text, nullable=False),
    Column("leg", String(9), nullable=False),
    Column("price_cents", BigInteger, nullable=False),
    Column("sold_at", Double, nullable=False),
    Column("zip", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("identity", LargeBinary, nullable=False),
    # JSON of the ping's decision; null where a restart lost it, and the journal has to tell.
    Column("decision", Text, nullable=True),
    # JSON of what it took, by counter: a return gives back the very same, whatever is declared by then.
    Column("cap_uses", Text, nullable=False),
    Column("config_hash", Text, nullable=False),
    Column("model_version", Text, nullable=False),
    # Since when `identity` is empty: by age, or with all else that finds the person, `person` included.
    Column("forgotten_at", Double, nullable=True),
    PrimaryKeyConstraint("lead_id"),
    UniqueConstraint("seller", "nonce"),
    CheckConstraint("leg IN ('exclusive', 'shared')", "leg"),
    CheckConstraint("price_cents >= 0", "price_cents"),
    Index(None, "sold_at"),
    Index(None, "ping_id"),
)

Index(
    "ix_lead_seller_lead_id",
    lead.c.seller_lead_id,
    sqlite_where=text("seller_lead_id <> ''"),
    postgresql_where=text("seller_lead_id <> ''"),
)

evidence = Table(
    "evidence",
    metadata,
    Column("lead_id", ForeignKey("lead.lead_id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    PrimaryKeyConstraint("lead_id", "kind"),
)

# Rows in the order in which they come, and but their short key in that of a digest: as a table without row ids this and
# `certificate` were a third of the pages that SQLite writes for a sale.
answer = Table(
    "answer",
    metadata,
    Column("seller", Text, nullable=False),
    Column("nonce", String(16), nullable=False),
    Column("person", Text, nullable=False),
    Column("answer", Text, nullable=False),
    # The true reason, which the answer itself may not disclose; empty for a sale.
    Column("code", Text, nullable=False),
    Column("kept_at", Double, nullable=False),
    PrimaryKeyConstraint("seller", "nonce"),
)

# No foreign key: that we bought this person stays known when retention has purged the lead.
sighting = Table(
    "sighting",
    metadata,
    Column("digest", _Digest, nullable=False),
    Column("lead_id", String(64), nullable=False),
    Column("campaign", Text, nullable=False),
    Column("vertical", Text, nullable=False),
    Column("sold_at", Double, nullable=False),
    PrimaryKeyConstraint("digest", "lead_id"),
    sqlite_with_rowid=False,
)

suppression = Table(
    "suppression",
    metadata,
    Column("digest", _Digest, nullable=False),
    Column("reason", Text, nullable=False),
    # Who may be bought again stays, so that every process hears of it.
    Column("is_suppressed", Boolean, nullable=False),
    Column("changed_at", Double, nullable=False),
    PrimaryKeyConstraint("digest"),
    Index(None, "changed_at"),
    sqlite_with_rowid=False,
)

suppression_list = Table(
    "suppression_list",
    metadata,
    Column("name", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("digests", BigInteger, nullable=False),
    Column("told_by", Text, nullable=False),
    Column("changed_at", Double, nullable=False),
    PrimaryKeyConstraint("name"),
)

suppression_part = Table(
    "suppression_part",
    metadata,
    Column("list", Text, nullable=False),
    Column("number", Integer, nullable=False),
    # Sorted digests of eight bytes each, little-endian.
    Column("digests", LargeBinary, nullable=False),
    PrimaryKeyConstraint("list", "number"),
)

# One certificate, one person, ever: so it, too, outlives the lead and holds the person itself.
certificate = Table(
    "certificate",
    metadata,
    Column("digest", _Digest, nullable=False),
    Column("lead_id", String(64), nullable=False),
    Column("person", Text, nullable=False),
    PrimaryKeyConstraint("digest"),
)

# What may not be erased while a dispute lasts: `subject` is a lead's id, or a digest of a person, whose leads all are.
legal_hold = Table(
    "legal_hold",
    metadata,
    Column("name", Text, nullable=False),
    Column("subject", String(64), nullable=False),
    Column("why", Text, nullable=False),
    Column("told_by", Text, nullable=False),
    Column("held_at", Double, nullable=False),
    PrimaryKeyConstraint("name", "subject"),
)

# One row while somebody is being forgotten, until the files hold nothing of it any more: see `people/wipe.py`.
unwiped = Table(
    "unwiped",
    metadata,
    Column("erasure", Text, nullable=False),
    Column("erased_at", Double, nullable=False),
    PrimaryKeyConstraint("erasure"),
)

cap_counter = Table(
    "cap_counter",
    metadata,
    Column("counter", Text, nullable=False),
    Column("used", BigInteger, nullable=False),
    PrimaryKeyConstraint("counter"),
    CheckConstraint("used >= 0", "used"),
    sqlite_with_rowid=False,
)

shadow_price = Table(
    "shadow_price",
    metadata,
    Column("resource", Text, nullable=False),
    Column("dual", Double, nullable=False),
    Column("moved_at", Double, nullable=False),
    PrimaryKeyConstraint("resource"),
)

# What came of each target of a campaign in its window, `part` the seller where it is a share of one.
target_ledger = Table(
    "target_ledger",
    metadata,
    Column("resource", Text, nullable=False),
    Column("part", Text, nullable=False),
    Column("dual", Double, nullable=False),
    Column("leads", Double, nullable=False),
    Column("spent", Double, nullable=False),
    Column("allowed", Double, nullable=False),
    Column("seen", Double, nullable=False),
    Column("paid", Double, nullable=False),
    Column("kept_at", Double, nullable=False),
    PrimaryKeyConstraint("resource", "part"),
)

# What each replica promises, for the others: see `app/domain/caps/division.py`. `seen_at` is by the database's clock;
# `ends_in_s` after it no bid of the replica lives. One that was `retired` has a successor in its directory.
replica = Table(
    "replica",
    metadata,
    Column("run", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("turn", BigInteger, nullable=False),
    Column("seen_at", Double, nullable=False),
    Column("ends_in_s", Double, nullable=False),
    Column("retired", Boolean, nullable=False),
    Column("state", LargeBinary, nullable=False),
    PrimaryKeyConstraint("run"),
)

# One row: how often replicas have published, and which of them moves shadow prices.
replica_turn = Table(
    "replica_turn",
    metadata,
    Column("number", BigInteger, nullable=False),
    Column("turn", BigInteger, nullable=False),
    Column("pacer", BigInteger, nullable=False),
    PrimaryKeyConstraint("number"),
)

# What each seller has shown in its tests; the step `live` says since when it sells for real.
certification = Table(
    "certification",
    metadata,
    Column("seller", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("marked_at", Double, nullable=False),
    PrimaryKeyConstraint("seller", "step"),
)

# The outbox and the claim in one row. It waits until `due_at`; while a worker holds it, `owner` is set and `due_at` is
# the end of the lease. `attempts` begins anew with each replay, so that (owner, replays, attempts) names one claim.
delivery = Table(
    "delivery",
    metadata,
    Column("delivery_id", String(32), nullable=False),
    Column("lead_id", ForeignKey("lead.lead_id"), nullable=False),
    Column("destination", Text, nullable=False),
    Column("status", String(9), nullable=False),
    Column("created_at", Double, nullable=False),
    Column("due_at", Double, nullable=False),
    Column("owner", Text, nullable=False),
    Column("replays", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("settled_at", Double, nullable=True),
    Column("http_status", Integer, nullable=True),
    Column("note", Text, nullable=False),
    Column("crm_id", Text, nullable=False),
    # What all forms of `crm_id` have in common: leads are looked up by it.
    Column("crm_key", Text, nullable=False),
    # Empty where the lead itself is sent, else JSON of what its seller is told of it, and a name for that.
    Column("subject", Text, nullable=False),
    Column("feedback", Text, nullable=False),
    PrimaryKeyConstraint("delivery_id"),
    UniqueConstraint("lead_id", "destination", "subject"),
    CheckConstraint("status IN ('pending', 'delivered', 'duplicate', 'rejected', 'dead')", "status"),
    Index(None, "created_at"),
)

Index(
    "ix_delivery_due",
    delivery.c.destination,
    # In the order in which they are claimed: thousands that are due at one time would be sorted for each claim.
    delivery.c.due_at,
    delivery.c.delivery_id,
    sqlite_where=text("status = 'pending'"),
    postgresql_where=text("status = 'pending'"),
)

Index(
    "ix_delivery_crm_key",
    delivery.c.crm_key,
    sqlite_where=text("crm_key <> ''"),
    postgresql_where=text("crm_key <> ''"),
)

attempt = Table(
    "attempt",
    metadata,
    Column("delivery_id", ForeignKey("delivery.delivery_id"), nullable=False),
    Column("replay", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("owner", Text, nullable=False),
    Column("started_at", Double, nullable=False),
    Column("took_ms", BigInteger, nullable=False),
    Column("status", String(9), nullable=False),
    Column("http_status", Integer, nullable=True),
    Column("failure", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("due_at", Double, nullable=True),
    PrimaryKeyConstraint("delivery_id", "replay", "number"),
    sqlite_with_rowid=False,
)

# Certificates of bought leads that are not stored with their provider yet, or no more to be. Claimed as a delivery is.
certificate_retain = Table(
    "certificate_retain",
    metadata,
    Column("lead_id", ForeignKey("lead.lead_id"), nullable=False),
    Column("check_name", Text, nullable=False),
    Column("status", String(7), nullable=False),
    Column("created_at", Double, nullable=False),
    Column("deadline_at", Double, nullable=False),
    Column("due_at", Double, nullable=False),
    Column("owner", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("is_warned", Boolean, nullable=False),
    PrimaryKeyConstraint("lead_id", "check_name"),
    CheckConstraint("status IN ('pending', 'stored', 'lost')", "status"),
)

Index(
    "ix_certificate_retain_due_at",
    certificate_retain.c.due_at,
    sqlite_where=text("status = 'pending'"),
    postgresql_where=text("status = 'pending'"),
)

destination_state = Table(
    "destination_state",
    metadata,
    Column("destination", Text, nullable=False),
    Column("disabled_at", Double, nullable=False),
    Column("reason", Text, nullable=False),
    PrimaryKeyConstraint("destination"),
)

outcome = Table(
    "outcome",
    metadata,
    Column("source", Text, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("lead_id", ForeignKey("lead.lead_id"), nullable=False),
    Column("event", Text, nullable=False),
    Column("value_cents", BigInteger, nullable=True),
    Column("occurred_at", Double, nullable=False),
    Column("recorded_at", Double, nullable=False),
    PrimaryKeyConstraint("source", "event_id"),
    Index(None, "lead_id"),
    Index(None, "recorded_at"),
)

# `credit` numbers what was credited in the order in which it was committed: whoever has heard of one asks for the next.
lead_return = Table(
    "lead_return",
    metadata,
    Column("lead_id", ForeignKey("lead.lead_id"), nullable=False),
    Column("seller", Text, nullable=False),
    Column("state", String(9), nullable=False),
    Column("reason", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("requested_by", Text, nullable=False),
    Column("requested_at", Double, nullable=False),
    Column("answer_due_at", Double, nullable=True),
    Column("unanswered", String(8), nullable=False),
    Column("settled_by", Text, nullable=False),
    Column("settled_at", Double, nullable=True),
    Column("note", Text, nullable=False),
    Column("credit", BigInteger, nullable=True),
    PrimaryKeyConstraint("lead_id"),
    UniqueConstraint("credit"),
    CheckConstraint("state IN ('requested', 'accepted', 'refused', 'expired', 'withdrawn')", "state"),
    CheckConstraint("(state = 'accepted') = (credit IS NOT NULL)", "credit"),
    Index(None, "seller", "requested_at"),
)

Index(
    "ix_lead_return_answer_due_at",
    lead_return.c.answer_due_at,
    sqlite_where=text("state = 'requested'"),
    postgresql_where=text("state = 'requested'"),
)

notice = Table(
    "notice",
    metadata,
    Column("seller", Text, nullable=False),
    Column("nonce", String(16), nullable=False),
    Column("result", String(4), nullable=False),
    Column("price_cents", BigInteger, nullable=True),
    Column("told_at", Double, nullable=False),
    PrimaryKeyConstraint("seller", "nonce", "result"),
    sqlite_with_rowid=False,
)

demand = Table(
    "demand",
    metadata,
    Column("territory", Text, nullable=False),
    Column("campaign", Text, nullable=False),
    Column("open", Integer, nullable=False),
    Column("expected", Integer, nullable=False),
    Column("is_limit", Boolean, nullable=False),
    Column("told_by", Text, nullable=False),
    Column("told_at", Double, nullable=False),
    Column("ends_at", Double, nullable=False),
    PrimaryKeyConstraint("territory", "campaign"),
)

signal = Table(
    "signal",
    metadata,
    Column("territory", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("vertical", Text, nullable=False),
    Column("premium_cents", BigInteger, nullable=False),
    Column("told_by", Text, nullable=False),
    Column("told_at", Double, nullable=False),
    Column("ends_at", Double, nullable=False),
    PrimaryKeyConstraint("territory", "cause"),
)

switch = Table(
    "switch",
    metadata,
    Column("kind", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("amount", BigInteger, nullable=True),
    Column("why", Text, nullable=False),
    Column("told_by", Text, nullable=False),
    Column("told_at", Double, nullable=False),
    # A boost ends by itself; a pause and a cap hold until they are cleared.
    Column("ends_at", Double, nullable=True),
    PrimaryKeyConstraint("kind", "target"),
    CheckConstraint("kind IN ('pause', 'boost', 'cap')", "kind"),
)

# What replicas must know of each other, for some minutes: see `change_feed/feed.py`. `body` is a change as JSON.
change_feed = Table(
    "change_feed",
    metadata,
    Column("txid", BigInteger().with_variant(TransactionId(), "postgresql"), nullable=False),
    Column("number", BigInteger, Identity(), nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    PrimaryKeyConstraint("txid", "number"),
)

# What is known of each alert: one that is over stays for a day, so that what comes and goes is told more rarely.
alert_state = Table(
    "alert_state",
    metadata,
    Column("cause", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("since", Double, nullable=False),
    Column("seen_at", Double, nullable=False),
    Column("told_at", Double, nullable=True),
    Column("episodes", Integer, nullable=False),
    Column("is_over", Boolean, nullable=False),
    PrimaryKeyConstraint("cause", "target"),
)

# `cause` is one cause, or CAUSE:TARGET.
alert_mute = Table(
    "alert_mute",
    metadata,
    Column("cause", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("told_by", Text, nullable=False),
    Column("told_at", Double, nullable=False),
    Column("ends_at", Double, nullable=True),
    PrimaryKeyConstraint("cause"),
)

# `address` is a reference to the secret address, `due_at` the end of the lease while somebody sends it.
alert_message = Table(
    "alert_message",
    metadata,
    Column("message_id", String(40), nullable=False),
    Column("address", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("made_at", Double, nullable=False),
    Column("due_at", Double, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("settled_at", Double, nullable=True),
    Column("note", Text, nullable=False),
    PrimaryKeyConstraint("message_id"),
)

audit = Table(
    "audit",
    metadata,
    # From 1 without a gap; whoever writes the next one is alone with the last.
    Column("number", Integer, nullable=False, autoincrement=False),
    Column("at", Double, nullable=False),
    Column("told_by", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("hash", String(64), nullable=False),
    PrimaryKeyConstraint("number"),
)

# Keys that were made by command, beside those of `[[operators]]`; one that was rotated holds until `ends_at`.
operator_key = Table(
    "operator_key",
    metadata,
    Column("key_sha256", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", Double, nullable=False),
    Column("ends_at", Double, nullable=True),
    PrimaryKeyConstraint("key_sha256"),
    CheckConstraint("role IN ('viewer', 'operator', 'admin')", "role"),
)

# How operators sign in to the console beside their keys; wrong tries are counted for those without a password, too.
operator_password = Table(
    "operator_password",
    metadata,
    Column("name", Text, nullable=False),
    # As argon2 writes it, with its parameters and salt; empty where there is none.
    Column("password_hash", Text, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("failed_at", Double, nullable=True),
    PrimaryKeyConstraint("name"),
)

operator_session = Table(
    "operator_session",
    metadata,
    Column("token_sha256", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("began_at", Double, nullable=False),
    Column("seen_at", Double, nullable=False),
    # Whom an OpenID Connect provider named, as JSON; empty where a password or key was given.
    Column("identity", Text, nullable=False),
    PrimaryKeyConstraint("token_sha256"),
)

# What bids were made under, by the hash that they begin to name: posts are judged by it. `in_force_at` is when it last
# came into force in some process, `seen_at` when it last was known to be.
configuration = Table(
    "configuration",
    metadata,
    Column("config_hash", String(64), nullable=False),
    Column("definition", LargeBinary, nullable=False),
    Column("in_force_at", Double, nullable=False),
    Column("seen_at", Double, nullable=False),
    PrimaryKeyConstraint("config_hash"),
)

# What a running service found in its file and does not take before an operator consents.
pending_configuration = Table(
    "pending_configuration",
    metadata,
    Column("config_hash", String(64), nullable=False),
    Column("words", Text, nullable=False),
    Column("found_at", Double, nullable=False),
    Column("seen_at", Double, nullable=False),
    Column("approved_by", Text, nullable=False),
    Column("approved_at", Double, nullable=True),
    PrimaryKeyConstraint("config_hash"),
)

# The last of each destination and seller, also of one that is declared no more: leads may wait for the one, and the
# other posts to its live bids with the keys that it had in the end.
last_declared = Table(
    "last_declared",
    metadata,
    Column("kind", String(11), nullable=False),
    Column("name", Text, nullable=False),
    Column("definition", LargeBinary, nullable=False),
    Column("seen_at", Double, nullable=False),
    PrimaryKeyConstraint("kind", "name"),
    CheckConstraint("kind IN ('destination', 'seller')", "kind"),
)

# A digest of each key by the name of its file: a service with other keys would know nobody in here, and buy them again.
key_check = Table(
    "key_check",
    metadata,
    Column("name", String(16), nullable=False),
    Column("digest", String(32), nullable=False),
    PrimaryKeyConstraint("name"),
)

# One row, written to find out whether anything can be. `paper` is as large as a sale where smaller proves too little.
write_probe = Table(
    "write_probe",
    metadata,
    Column("probe_id", Integer, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("paper", LargeBinary, nullable=False),
    PrimaryKeyConstraint("probe_id"),
)
