"""What there is to know of a seller platform: a folder of this package, or an installed package, holds one of these."""

from collections.abc import Callable
from typing import Literal

import msgspec

from app.dialects.dialect import Dialect
from app.dialects.sending import Sending

ParsedOutcome = Literal["accepted", "refused", "duplicate", "reping", "error", "unreadable"]
PathStyle = Literal["path", "xpath", "regex"]


class ReceivedAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An answer as it came over HTTP; `content_type` is empty where there was none."""

    status: int
    content_type: str
    body: bytes
    ms: float


class ParsedAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a parser finds in an answer, and nothing more.

    `price` is the text as the parser found it. `reason` is the buyer's, or says what could not be read.
    """

    outcome: ParsedOutcome
    id: str = ""
    price: str = ""
    reason: str = ""


Parser = Callable[[ReceivedAnswer], ParsedAnswer]


class Parsers(msgspec.Struct, frozen=True, kw_only=True):
    """How a platform reads the answers to its pings and to its posts."""

    ping: Parser
    post: Parser


class SetupForm(msgspec.Struct, frozen=True, kw_only=True):
    """The form in which a seller tells its platform about a buyer: what it asks for, in the platform's own terms.

    `paths` is how it wants places in an answer written. `sends` is how a platform without a dialect sends a lead.
    `merge` is its placeholder for a field of the lead and `ping_value` the one for a value of the ping's answer, with
    `{}` for the name; where its documents publish none, both are empty, and the set-up card says so. `accept` holds the
    labels for place and word, parted by a bar, where the form asks for them apart. The other texts are labels;
    `timeout` is what to choose there, and why.
    """

    paths: PathStyle
    sends: Sending = Sending()
    merge: str = ""
    ping_value: str = ""
    url: str = "URL"
    accept: str
    price: str
    id: str
    reason: str = ""
    duplicate: str = ""
    timeout: str = "5 seconds: we answer within a third of a second, and a longer wait only delays your auction"
    notes: tuple[str, ...] = ()


class FeedbackForm(msgspec.Struct, frozen=True, kw_only=True):
    """How a platform wants to be told of leads that it sold: which `events`, under which names, in which words.

    `fields` leads from its name to a path of what is told, `codes` from our reasons and outcomes to its words. A reason
    without one has none that all of its accounts share: it is told in ours, unless the buyer declares it.
    """

    events: tuple[str, ...]
    fields: dict[str, str]
    codes: dict[str, str] = {}


class Platform(msgspec.Struct, frozen=True, kw_only=True):
    """One seller platform. Its `name` stands in URLs and in `buyer.toml`, its `title` wherever people read.

    With a `dialect` it is answered in its own words, and `parsers` read them as crudely as it does, so that `conform`
    can play it. Without one it takes any buyer's words, and `form` is all that there is to know. `feedback` is how it
    takes returns and dispositions, where its documents say so.
    """

    name: str
    title: str
    dialect: Dialect | None = None
    parsers: Parsers | None = None
    form: SetupForm | None = None
    feedback: FeedbackForm | None = None
