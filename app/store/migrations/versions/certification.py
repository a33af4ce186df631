"""What each seller has shown in its tests, so that it need not begin anew after a restart."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "certification",
        sa.Column("seller", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("marked_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("seller", "step", name="pk_certification"),
    )


def downgrade() -> None:
    """Remove it."""
    op.drop_table("certification")
