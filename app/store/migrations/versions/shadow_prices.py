"""Where each cap's shadow price stood, so that pacing goes on after a restart where it was."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "shadow_price",
        sa.Column("resource", sa.Text(), nullable=False),
        sa.Column("dual", sa.Double(), nullable=False),
        sa.Column("moved_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("resource", name="pk_shadow_price"),
    )


def downgrade() -> None:
    """Remove it."""
    op.drop_table("shadow_price")
