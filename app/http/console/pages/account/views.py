"""An operator's own account, and who is signed in to the console: passwords and sessions."""

from typing import Annotated

import msgspec

from app.http.console.view import ConsoleAct, ConsoleRequest, Done, Download, NoQuery, View, Why
from app.usecases.operators.account import OperatorAccount, account_of, accounts, change_password, end_sessions
from app.usecases.operators.requests import NotDone


class AccountView(msgspec.Struct, frozen=True, kw_only=True):
    """Whoever asks. `provider` is what the configured OpenID Connect provider is called; empty where there is none."""

    account: OperatorAccount
    by_provider: bool
    provider: str


class OperatorsView(msgspec.Struct, frozen=True, kw_only=True):
    """Every operator with its sessions."""

    operators: tuple[OperatorAccount, ...]


class PasswordForm(msgspec.Struct, frozen=True, kw_only=True):
    """What was, and what is to be, twice."""

    secret: str
    password: str
    again: str


class SessionForm(msgspec.Struct, frozen=True):
    """One session by its number."""

    number: Annotated[str, msgspec.Meta(min_length=16, max_length=16)]


class OthersForm(msgspec.Struct, frozen=True):
    """All but this one."""


class EndForm(msgspec.Struct, frozen=True):
    """Whose sessions are ended, and why."""

    operator: str
    why: Why


async def _account(asked: ConsoleRequest, _: NoQuery) -> AccountView:
    account = await account_of(asked.bidder, asked.operator, asked.session, asked.now)
    terms = asked.bidder.catalogue.openid
    return AccountView(
        account=account,
        by_provider=any(each.is_this and each.by_provider for each in account.sessions),
        provider=terms.label if terms is not None else "",
    )


async def _operators(asked: ConsoleRequest, _: NoQuery) -> OperatorsView:
    return OperatorsView(operators=await accounts(asked.bidder, asked.session, asked.now))


async def _password(asked: ConsoleRequest, form: PasswordForm) -> Done:
    if form.password != form.again:
        raise NotDone("Not changed: the two new passwords differ.")
    terms = asked.terms("its own")
    await change_password(asked.bidder, asked.operator, form.secret, form.password, asked.session, terms)
    return Done("Your password is changed. Your other sessions have ended.")


async def _end(asked: ConsoleRequest, form: SessionForm) -> Done:
    await end_sessions(asked.bidder, asked.operator.name, asked.terms("its own"), number=form.number)
    return Done("That session has ended.")


async def _end_others(asked: ConsoleRequest, _: OthersForm) -> Done:
    await end_sessions(asked.bidder, asked.operator.name, asked.terms("its own"), keep=asked.session)
    return Done("Your other sessions have ended.")


async def _end_theirs(asked: ConsoleRequest, form: EndForm) -> Done:
    await end_sessions(asked.bidder, form.operator, asked.terms(form.why), keep=asked.session)
    return Done(f"The sessions of {form.operator} have ended. Who has a key or password may sign in again.")


VIEWS = (
    View(
        path="account",
        title="Account",
        says="Who asks, with its sessions in the console",
        template="app/http/console/pages/account/account.html",
        shows=AccountView,
        show=_account,
        query=NoQuery,
    ),
    View(
        path="account/operators",
        title="Operators",
        says="Operators with their roles and sessions in the console",
        template="app/http/console/pages/account/operators.html",
        shows=OperatorsView,
        show=_operators,
        query=NoQuery,
        role="admin",
    ),
)
# What is one's own is everybody's to change, whatever the role.
ACTS = (
    ConsoleAct(path="account/password", form=PasswordForm, do=_password, role="viewer"),
    ConsoleAct(path="account/end", form=SessionForm, do=_end, role="viewer"),
    ConsoleAct(path="account/end-others", form=OthersForm, do=_end_others, role="viewer"),
    ConsoleAct(path="account/end-theirs", form=EndForm, do=_end_theirs, role="admin"),
)
DOWNLOADS: tuple[Download, ...] = ()
