"""The first tables: leads with their evidence, money, deliveries, feedback and what operators ask for."""

import sqlalchemy as sa
from alembic import op

from app.store.schema import TransactionId

revision = "1"
down_revision = None
branch_labels = None
depends_on = None

# The order of bytes, which both databases and Python share.
_DIGEST = sa.String(32).with_variant(sa.String(32, collation="C"), "postgresql")


def upgrade() -> None:
    """Make them."""
    _of_replicas()
    op.create_table(
        "answer",
        sa.Column("seller", sa.Text(), nullable=False),
        sa.Column("nonce", sa.String(length=16), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kept_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("seller", "nonce", name="pk_answer"),
    )
    op.create_table(
        "alert_state",
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("since", sa.Double(), nullable=False),
        sa.Column("seen_at", sa.Double(), nullable=False),
        sa.Column("told_at", sa.Double(), nullable=True),
        sa.Column("episodes", sa.Integer(), nullable=False),
        sa.Column("is_over", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("cause", "target", name="pk_alert_state"),
    )
    op.create_table(
        "alert_mute",
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("told_by", sa.Text(), nullable=False),
        sa.Column("told_at", sa.Double(), nullable=False),
        sa.Column("ends_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("cause", name="pk_alert_mute"),
    )
    op.create_table(
        "alert_message",
        sa.Column("message_id", sa.String(length=40), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("made_at", sa.Double(), nullable=False),
        sa.Column("due_at", sa.Double(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("settled_at", sa.Double(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("message_id", name="pk_alert_message"),
    )
    op.create_table(
        "audit",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("told_by", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_audit"),
    )
    op.create_table(
        "cap_counter",
        sa.Column("counter", sa.Text(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("used >= 0", name=op.f("ck_cap_counter_used")),
        sa.PrimaryKeyConstraint("counter", name="pk_cap_counter"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "certificate",
        sa.Column("digest", _DIGEST, nullable=False),
        sa.Column("lead_id", sa.String(length=64), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_certificate"),
    )
    op.create_table(
        "certification",
        sa.Column("seller", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("marked_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("seller", "step", name="pk_certification"),
    )
    op.create_table(
        "demand",
        sa.Column("territory", sa.Text(), nullable=False),
        sa.Column("campaign", sa.Text(), nullable=False),
        sa.Column("open", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("is_limit", sa.Boolean(), nullable=False),
        sa.Column("told_by", sa.Text(), nullable=False),
        sa.Column("told_at", sa.Double(), nullable=False),
        sa.Column("ends_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("territory", "campaign", name="pk_demand"),
    )
    op.create_table(
        "destination_state",
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("disabled_at", sa.Double(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("destination", name="pk_destination_state"),
    )
    op.create_table(
        "configuration",
        sa.Column("config_hash", sa.String(length=64), nullable=False),
        sa.Column("definition", sa.LargeBinary(), nullable=False),
        sa.Column("in_force_at", sa.Double(), nullable=False),
        sa.Column("seen_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("config_hash", name="pk_configuration"),
    )
    op.create_table(
        "pending_configuration",
        sa.Column("config_hash", sa.String(length=64), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("found_at", sa.Double(), nullable=False),
        sa.Column("seen_at", sa.Double(), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=False),
        sa.Column("approved_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("config_hash", name="pk_pending_configuration"),
    )
    op.create_table(
        "last_declared",
        sa.Column("kind", sa.String(length=11), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("definition", sa.LargeBinary(), nullable=False),
        sa.Column("seen_at", sa.Double(), nullable=False),
        sa.CheckConstraint("kind IN ('destination', 'seller')", name="kind"),
        sa.PrimaryKeyConstraint("kind", "name", name="pk_last_declared"),
    )
    op.create_table(
        "key_check",
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_key_check"),
    )
    op.create_table(
        "lead",
        sa.Column("lead_id", sa.String(length=64), nullable=False),
        sa.Column("seller", sa.Text(), nullable=False),
        sa.Column("nonce", sa.String(length=16), nullable=False),
        sa.Column("ping_id", sa.Text(), nullable=False),
        sa.Column("seller_lead_id", sa.Text(), nullable=False),
        sa.Column("sub_id", sa.Text(), nullable=False),
        sa.Column("campaign", sa.Text(), nullable=False),
        sa.Column("vertical", sa.Text(), nullable=False),
        sa.Column("leg", sa.String(length=9), nullable=False),
        sa.Column("price_cents", sa.BigInteger(), nullable=False),
        sa.Column("sold_at", sa.Double(), nullable=False),
        sa.Column("zip", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("identity", sa.LargeBinary(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("cap_uses", sa.Text(), nullable=False),
        sa.Column("config_hash", sa.Text(), nullable=False),
        sa.Column("model_version", sa.Text(), nullable=False),
        sa.Column("forgotten_at", sa.Double(), nullable=True),
        sa.CheckConstraint("leg IN ('exclusive', 'shared')", name=op.f("ck_lead_leg")),
        sa.CheckConstraint("price_cents >= 0", name=op.f("ck_lead_price_cents")),
        sa.PrimaryKeyConstraint("lead_id", name="pk_lead"),
        sa.UniqueConstraint("seller", "nonce", name="uq_lead_seller"),
    )
    op.create_index("ix_lead_sold_at", "lead", ["sold_at"])
    op.create_index("ix_lead_ping_id", "lead", ["ping_id"])
    op.create_index(
        "ix_lead_seller_lead_id",
        "lead",
        ["seller_lead_id"],
        sqlite_where=sa.text("seller_lead_id <> ''"),
        postgresql_where=sa.text("seller_lead_id <> ''"),
    )
    op.create_table(
        "legal_hold",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("told_by", sa.Text(), nullable=False),
        sa.Column("held_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("name", "subject", name="pk_legal_hold"),
    )
    op.create_table(
        "notice",
        sa.Column("seller", sa.Text(), nullable=False),
        sa.Column("nonce", sa.String(length=16), nullable=False),
        sa.Column("result", sa.String(length=4), nullable=False),
        sa.Column("price_cents", sa.BigInteger(), nullable=True),
        sa.Column("told_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("seller", "nonce", "result", name="pk_notice"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "operator_key",
        sa.Column("key_sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.Double(), nullable=False),
        sa.Column("ends_at", sa.Double(), nullable=True),
        sa.CheckConstraint("role IN ('viewer', 'operator', 'admin')", name=op.f("ck_operator_key_role")),
        sa.PrimaryKeyConstraint("key_sha256", name="pk_operator_key"),
    )
    op.create_table(
        "operator_password",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_operator_password"),
    )
    op.create_table(
        "operator_session",
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("began_at", sa.Double(), nullable=False),
        sa.Column("seen_at", sa.Double(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("token_sha256", name="pk_operator_session"),
    )
    op.create_table(
        "shadow_price",
        sa.Column("resource", sa.Text(), nullable=False),
        sa.Column("dual", sa.Double(), nullable=False),
        sa.Column("moved_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("resource", name="pk_shadow_price"),
    )
    op.create_table(
        "target_ledger",
        sa.Column("resource", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("dual", sa.Double(), nullable=False),
        sa.Column("leads", sa.Double(), nullable=False),
        sa.Column("spent", sa.Double(), nullable=False),
        sa.Column("allowed", sa.Double(), nullable=False),
        sa.Column("seen", sa.Double(), nullable=False),
        sa.Column("paid", sa.Double(), nullable=False),
        sa.Column("kept_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("resource", "part", name="pk_target_ledger"),
    )
    op.create_table(
        "sighting",
        sa.Column("digest", _DIGEST, nullable=False),
        sa.Column("lead_id", sa.String(length=64), nullable=False),
        sa.Column("campaign", sa.Text(), nullable=False),
        sa.Column("vertical", sa.Text(), nullable=False),
        sa.Column("sold_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("digest", "lead_id", name="pk_sighting"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "signal",
        sa.Column("territory", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("vertical", sa.Text(), nullable=False),
        sa.Column("premium_cents", sa.BigInteger(), nullable=False),
        sa.Column("told_by", sa.Text(), nullable=False),
        sa.Column("told_at", sa.Double(), nullable=False),
        sa.Column("ends_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("territory", "cause", name="pk_signal"),
    )
    op.create_table(
        "suppression",
        sa.Column("digest", _DIGEST, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("is_suppressed", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_suppression"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_suppression_changed_at", "suppression", ["changed_at"])
    op.create_table(
        "suppression_list",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("digests", sa.BigInteger(), nullable=False),
        sa.Column("told_by", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_suppression_list"),
    )
    op.create_table(
        "suppression_part",
        sa.Column("list", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digests", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("list", "number", name="pk_suppression_part"),
    )
    op.create_table(
        "switch",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("told_by", sa.Text(), nullable=False),
        sa.Column("told_at", sa.Double(), nullable=False),
        sa.Column("ends_at", sa.Double(), nullable=True),
        sa.CheckConstraint("kind IN ('pause', 'boost', 'cap')", name=op.f("ck_switch_kind")),
        sa.PrimaryKeyConstraint("kind", "target", name="pk_switch"),
    )
    op.create_table(
        "unwiped",
        sa.Column("erasure", sa.Text(), nullable=False),
        sa.Column("erased_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("erasure", name="pk_unwiped"),
    )
    op.create_table(
        "write_probe",
        sa.Column("probe_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("paper", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("probe_id", name="pk_write_probe"),
    )
    op.create_table(
        "delivery",
        sa.Column("delivery_id", sa.String(length=32), nullable=False),
        sa.Column("lead_id", sa.String(length=64), nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=9), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("due_at", sa.Double(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("replays", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("settled_at", sa.Double(), nullable=True),
        sa.Column("http_status", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("crm_id", sa.Text(), nullable=False),
        sa.Column("crm_key", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("feedback", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "status IN ('pending', 'delivered', 'duplicate', 'rejected', 'dead')", name=op.f("ck_delivery_status")
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.lead_id"], name="fk_delivery_lead_id"),
        sa.PrimaryKeyConstraint("delivery_id", name="pk_delivery"),
        sa.UniqueConstraint("lead_id", "destination", "subject", name="uq_delivery_lead_id"),
    )
    op.create_index("ix_delivery_created_at", "delivery", ["created_at"])
    op.create_index(
        "ix_delivery_due",
        "delivery",
        ["destination", "due_at", "delivery_id"],
        sqlite_where=sa.text("status = 'pending'"),
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_index(
        "ix_delivery_crm_key",
        "delivery",
        ["crm_key"],
        sqlite_where=sa.text("crm_key <> ''"),
        postgresql_where=sa.text("crm_key <> ''"),
    )
    op.create_table(
        "evidence",
        sa.Column("lead_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.lead_id"], name="fk_evidence_lead_id"),
        sa.PrimaryKeyConstraint("lead_id", "kind", name="pk_evidence"),
    )
    op.create_table(
        "outcome",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("lead_id", sa.String(length=64), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("value_cents", sa.BigInteger(), nullable=True),
        sa.Column("occurred_at", sa.Double(), nullable=False),
        sa.Column("recorded_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.lead_id"], name="fk_outcome_lead_id"),
        sa.PrimaryKeyConstraint("source", "event_id", name="pk_outcome"),
    )
    op.create_index("ix_outcome_lead_id", "outcome", ["lead_id"])
    op.create_index("ix_outcome_recorded_at", "outcome", ["recorded_at"])
    op.create_table(
        "lead_return",
        sa.Column("lead_id", sa.String(length=64), nullable=False),
        sa.Column("seller", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.Double(), nullable=False),
        sa.Column("answer_due_at", sa.Double(), nullable=True),
        sa.Column("unanswered", sa.String(length=8), nullable=False),
        sa.Column("settled_by", sa.Text(), nullable=False),
        sa.Column("settled_at", sa.Double(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("credit", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "state IN ('requested', 'accepted', 'refused', 'expired', 'withdrawn')", name=op.f("ck_lead_return_state")
        ),
        sa.CheckConstraint("(state = 'accepted') = (credit IS NOT NULL)", name=op.f("ck_lead_return_credit")),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.lead_id"], name="fk_lead_return_lead_id"),
        sa.PrimaryKeyConstraint("lead_id", name="pk_lead_return"),
        sa.UniqueConstraint("credit", name="uq_lead_return_credit"),
    )
    op.create_index("ix_lead_return_seller", "lead_return", ["seller", "requested_at"])
    op.create_index(
        "ix_lead_return_answer_due_at",
        "lead_return",
        ["answer_due_at"],
        sqlite_where=sa.text("state = 'requested'"),
        postgresql_where=sa.text("state = 'requested'"),
    )
    op.create_table(
        "certificate_retain",
        sa.Column("lead_id", sa.String(length=64), nullable=False),
        sa.Column("check_name", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=7), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("deadline_at", sa.Double(), nullable=False),
        sa.Column("due_at", sa.Double(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("is_warned", sa.Boolean(), nullable=False),
        sa.CheckConstraint("status IN ('pending', 'stored', 'lost')", name=op.f("ck_certificate_retain_status")),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.lead_id"], name="fk_certificate_retain_lead_id"),
        sa.PrimaryKeyConstraint("lead_id", "check_name", name="pk_certificate_retain"),
    )
    op.create_index(
        "ix_certificate_retain_due_at",
        "certificate_retain",
        ["due_at"],
        sqlite_where=sa.text("status = 'pending'"),
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_table(
        "attempt",
        sa.Column("delivery_id", sa.String(length=32), nullable=False),
        sa.Column("replay", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("started_at", sa.Double(), nullable=False),
        sa.Column("took_ms", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(length=9), nullable=False),
        sa.Column("http_status", sa.Integer(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("due_at", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.delivery_id"], name="fk_attempt_delivery_id"),
        sa.PrimaryKeyConstraint("delivery_id", "replay", "number", name="pk_attempt"),
        sqlite_with_rowid=False,
    )


def _of_replicas() -> None:
    """What replicas on one database tell each other."""
    op.create_table(
        "change_feed",
        sa.Column("txid", sa.BigInteger().with_variant(TransactionId(), "postgresql"), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("txid", "number", name="pk_change_feed"),
    )
    op.create_table(
        "replica",
        sa.Column("run", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("turn", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.Double(), nullable=False),
        sa.Column("ends_in_s", sa.Double(), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("run", name="pk_replica"),
    )
    op.create_table(
        "replica_turn",
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("turn", sa.BigInteger(), nullable=False),
        sa.Column("pacer", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_replica_turn"),
    )


def downgrade() -> None:
    """Remove them with all they hold."""
    op.drop_table("attempt")
    op.drop_table("lead_return")
    op.drop_table("certificate_retain")
    op.drop_table("outcome")
    op.drop_table("evidence")
    op.drop_table("delivery")
    op.drop_table("write_probe")
    op.drop_table("unwiped")
    op.drop_table("switch")
    op.drop_table("suppression_part")
    op.drop_table("suppression_list")
    op.drop_index("ix_suppression_changed_at", table_name="suppression")
    op.drop_table("suppression")
    op.drop_table("signal")
    op.drop_table("sighting")
    op.drop_table("target_ledger")
    op.drop_table("shadow_price")
    op.drop_table("replica_turn")
    op.drop_table("replica")
    op.drop_table("operator_session")
    op.drop_table("operator_password")
    op.drop_table("operator_key")
    op.drop_table("notice")
    op.drop_table("legal_hold")
    op.drop_table("lead")
    op.drop_table("last_declared")
    op.drop_table("key_check")
    op.drop_table("pending_configuration")
    op.drop_table("configuration")
    op.drop_table("destination_state")
    op.drop_table("demand")
    op.drop_table("certification")
    op.drop_table("certificate")
    op.drop_table("change_feed")
    op.drop_table("cap_counter")
    op.drop_table("audit")
    op.drop_table("alert_message")
    op.drop_table("alert_mute")
    op.drop_table("alert_state")
    op.drop_table("answer")
