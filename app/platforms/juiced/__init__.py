"""Juiced, which maps any buyer's answer by paths."""

from app.platforms.platform import Platform, SetupForm

PLATFORM = Platform(
    name="juiced",
    title="Juiced",
    form=SetupForm(
        paths="path",
        ping_value="response.{}",
        accept="Response mapping: accepted",
        price="Response mapping: price",
        id="Response mapping: id",
        notes=("In the post, the id is the merge field of the ping's response.",),
    ),
)
