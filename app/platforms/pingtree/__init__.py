"""Pingtree, which follows paths in any buyer's answer."""

from app.platforms.platform import Platform, SetupForm

PLATFORM = Platform(
    name="pingtree",
    title="Pingtree",
    form=SetupForm(
        paths="path",
        accept="Accept flag",
        price="Bid amount",
        id="Ping ID",
        reason="Reject reason (optional)",
        timeout="Ping timeout: 1,000 ms or more",
        notes=("If a post is refused, Pingtree goes on to the next bidder by itself.",),
    ),
)
