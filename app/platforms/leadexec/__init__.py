"""LeadExec, which searches any buyer's answer with regular expressions."""

from app.platforms.platform import Platform, SetupForm

PLATFORM = Platform(
    name="leadexec",
    title="LeadExec",
    form=SetupForm(
        paths="regex",
        url="Production URL",
        accept="Response settings: success search (regular expression)",
        price="Response settings: price (regular expression)",
        id="Response settings: ping reference (regular expression)",
        timeout="5 seconds, the shortest on offer (the default is 30)",
        notes=(
            "Delivery method: Ping/Post. Content type: JSON. Authentication: none; send the key as a custom header.",
            "Enter the test endpoint as the testing URL.",
            "Retries of a post are safe: the same lead gets the same answer.",
        ),
    ),
)
