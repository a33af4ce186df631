"""Who sells and who buys on the market, as one TOML file says it."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

import msgspec

from app.mock_exchange.chance import Chance
from app.mock_exchange.consumers import FORMS
from app.mock_exchange.market.client import BuyerEndpoint
from app.mock_exchange.market.rivals import Rival
from app.mock_exchange.market.selection import Mode, Seat, Selection, SelectionRules


class SetupError(Exception):
    """A setup cannot be used; the text names the file, the field and the remedy."""


class Rates(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How often a seller misbehaves, as shares of its posts: what a buyer must survive."""

    late: float = 0.0
    tampered: float = 0.0
    lost_answers: float = 0.0
    sent_again: float = 0.0


class Flaws(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How often something is wrong with a seller's leads that only providers know, as shares of its leads.

    A bot filled in the form, or a field was pasted; the certificate is `stale`, another person's (`mismatched`),
    invented (`forged`), or asked about in vain (`unanswered`); the phone is a litigator's, or disconnected.
    """

    bot: float = 0.0
    pasted: float = 0.0
    stale: float = 0.0
    mismatched: float = 0.0
    forged: float = 0.0
    unanswered: float = 0.0
    litigator: float = 0.0
    disconnected: float = 0.0

    def of(self, chance: Chance) -> str:
        """What is wrong with one lead, if anything."""
        left = chance.uniform("flaw")
        for flaw in self.__struct_fields__:
            left -= getattr(self, flaw)
            if left < 0.0:
                return flaw
        return ""


class Selling(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One seller. Money in dollars; `reserve` by vertical; without `seats` it treats all buyers alike.

    `share` is how much of the traffic it brings, `fallback` the buyer that gets at its seat's price what nobody bids
    for, `pre_ping` whether a lead that came before or has no valid form is dropped before anybody is asked.
    `obeys_appetite` has it read what buyers say they buy, and ask nobody about what they do not.
    """

    name: str
    share: float = 1.0
    verticals: tuple[str, ...] = ()
    mode: Mode = "exclusive"
    selection: Selection = "highest"
    top: int = 3
    exclusive_floor: float = 0.0
    reserve: dict[str, float] = {}
    seats: tuple[Seat, ...] = ()
    fallback: str = ""
    notices: bool = True
    pre_ping: bool = False
    obeys_appetite: bool = False
    hashes: float = 0.5
    timeout_ms: int = 1_000
    rates: Rates = Rates()
    flaws: Flaws = Flaws()

    @property
    def rules(self) -> SelectionRules:
        """What selection reads of it."""
        return SelectionRules(
            mode=self.mode,
            selection=self.selection,
            top=self.top,
            exclusive_floor_cents=round(self.exclusive_floor * 100.0),
        )

    def reserve_cents(self, vertical: str) -> int:
        """Below this nothing is sold."""
        return round(self.reserve.get(vertical, 0.0) * 100.0)


class DeclaredMarket(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A buyer somewhere else: its base URL, and the key of each seller (`"*"` for all others)."""

    name: str
    url: str
    keys: dict[str, str] = {}


class Place(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where all consumers of a scenario live."""

    zip: str
    city: str
    state: str


class Published(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a guide to the market says of a seller's way on so many leads: dollars a lead, unsold leads, dollars."""

    seller: str
    price: float
    unsold: int
    revenue: float


class Setup(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole market. Rivals are played by the exchange itself.

    `about` says what there is to see, `leads` how many are offered unless somebody says otherwise. With `each` every
    seller offers every lead, as if the others were not there: two ways to sell can be compared.
    """

    sellers: tuple[Selling, ...]
    buyers: tuple[DeclaredMarket, ...] = ()
    rivals: tuple[Rival, ...] = ()
    about: str = ""
    leads: int = 200
    vertical: str = ""
    place: Place | None = None
    each: bool = False
    published: tuple[Published, ...] = ()

    def seats(self, seller: Selling) -> tuple[Seat, ...]:
        """Everybody whom a seller may ask."""
        return seller.seats or tuple([Seat(buyer=name) for name in self.names])

    @property
    def names(self) -> list[str]:
        """Every buyer's."""
        return [*[buyer.name for buyer in self.buyers], *[rival.name for rival in self.rivals]]

    def buyers_of(self, seller: Selling, rivals_url: str) -> dict[str, BuyerEndpoint]:
        """Where, and with which key, this seller reaches each of them."""
        found = {
            each.name: BuyerEndpoint(
                name=each.name, url=each.url, key=each.keys.get(seller.name, each.keys.get("*", ""))
            )
            for each in self.buyers
        }
        for rival in self.rivals:
            found[rival.name] = BuyerEndpoint(
                name=rival.name, url=f"{rivals_url}/rivals/{rival.name}", key=f"{seller.name}-key"
            )
        return found


def read_setup(path: Path, urls: Mapping[str, str] | None = None) -> Setup:
    """The market in a file; `urls` gives declared buyers, by name, another address. SetupError says what is wrong."""
    try:
        setup = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Setup)
    except OSError as error:
        raise SetupError(f"{path} cannot be read ({error.strerror}): name a file that is there") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise SetupError(f"{path}: {error}") from None
    found = urls or {}
    for name in found.keys() - {each.name for each in setup.buyers}:
        names = ", ".join(each.name for each in setup.buyers) or "none"
        raise SetupError(f"{path} declares no buyer {name!r}: it declares {names}")
    buyers = tuple([msgspec.structs.replace(each, url=found.get(each.name, each.url)) for each in setup.buyers])
    _require_sense(path, setup)
    return msgspec.structs.replace(setup, buyers=buyers)


def _require_sense(path: Path, setup: Setup) -> None:
    names = setup.names
    if not setup.sellers or not names:
        raise SetupError(f"{path}: a market has at least one [[sellers]] and one of [[buyers]] or [[rivals]]")
    for kind, declared in (("buyers and rivals", names), ("sellers", [each.name for each in setup.sellers])):
        twice = sorted({name for name in declared if declared.count(name) > 1})
        if twice:
            raise SetupError(f"{path}: {kind} named twice: {', '.join(twice)}")
    for number, seller in enumerate(setup.sellers):
        where = f"{path}: sellers[{number}] ({seller.name})"
        strangers = sorted({seat.buyer for seat in seller.seats} - set(names))
        if strangers:
            raise SetupError(f"{where}: seats for nobody: {', '.join(strangers)}; declared are {', '.join(names)}")
        unknown = sorted((set(seller.verticals) | set(seller.reserve)) - set(FORMS))
        if unknown:
            raise SetupError(f"{where}: no such vertical: {', '.join(unknown)}; there are {', '.join(FORMS)}")
        if seller.share < 0.0 or seller.timeout_ms <= 0 or seller.top < 1:
            raise SetupError(f"{where}: share is at least 0, timeout_ms and top are above 0")
        if seller.fallback and not any(seat.buyer == seller.fallback and seat.price > 0 for seat in seller.seats):
            raise SetupError(f"{where}: fallback: give {seller.fallback} a seat with the price that it pays")
        if seller.mode == "direct" and not any(seat.price > 0.0 for seat in setup.seats(seller)):
            raise SetupError(f"{where}: mode direct: give its seats the prices that they pay")
