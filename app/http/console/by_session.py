"""Answers whoever has signed in: with a page, a file, or what became of an act."""

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from litestar import Response
from litestar.response import Redirect, Stream

from app.domain.buyer import Operator, Role
from app.http.console import session
from app.http.console.brought import in_address, in_form
from app.http.console.fields import Unreadable, read_fields
from app.http.console.frame import MenuItem, away, page, trouble
from app.http.console.session import Opened, Said
from app.http.console.view import Attachment, ConsoleAct, ConsoleRequest, Done, Download, NotShown, Reveal, View
from app.store.errors import StoreUnavailable
from app.usecases.operators.requests import NotDone
from app.usecases.operators.sign_in import OperatorVisit

_OLD_FORM = "Nothing was done: that form was of another session. Look at the page again, then send it."


async def show(request: Opened, view: View, menu: Sequence[MenuItem]) -> Response[Any]:
    """The page of a view."""

    async def looked(visit: OperatorVisit) -> Response[Any]:
        asked, query = _asked(request, visit, view.role), read_fields(in_address(request), view.query)
        shown = await request.app.state.kept_views.of(view, asked, query)
        return await page(
            request,
            view.template,
            visit.operator,
            menu,
            view=view,
            shown=shown.values,
            query=query,
            now=asked.now,
            charts=shown.charts,
        )

    return await _for_visitor(request, view.title, menu, looked)


async def send(request: Opened, download: Download, menu: Sequence[MenuItem]) -> Response[Any]:
    """A file."""

    async def sent(visit: OperatorVisit) -> Response[Any]:
        asked = _asked(request, visit, download.role)
        return attached(await download.make(asked, read_fields(in_address(request), download.query)))

    return await _for_visitor(request, "There is no such file", menu, sent)


async def do(request: Opened, act: ConsoleAct, menu: Sequence[MenuItem]) -> Response[Any]:
    """Do what a form asks for, and go on at the page that it came from, which says what was done."""

    async def done(visit: OperatorVisit) -> Response[Any]:
        form = await in_form(request)
        back, proof = session.local_path(str(form.pop("back", ""))), form.pop("proof", "")
        if not session.is_proven(request, proof):
            return _told(request, back, Said(Done(_OLD_FORM), refusal=True))
        asked = _asked(request, visit, act.role)
        try:
            said = Said(await act.do(asked, read_fields(form, act.form)))
        except (NotDone, Unreadable) as reason:
            said = Said(Done(str(reason)), refusal=True)
        return _told(request, session.local_path(said.done.to) if said.done.to else back, said)

    return await _for_visitor(request, "Not done", menu, done)


async def reveal(request: Opened, revealed: Reveal, menu: Sequence[MenuItem]) -> Response[Any]:
    """The page that a form asks for; the browser keeps no copy of it."""

    async def shown(visit: OperatorVisit) -> Response[Any]:
        form = await in_form(request)
        if not session.is_proven(request, form.pop("proof", "")):
            raise NotShown(_OLD_FORM, 403)
        form.pop("back", "")
        asked = _asked(request, visit, revealed.role)
        values = await revealed.show(asked, read_fields(form, revealed.form))
        answer = await page(
            request, revealed.template, visit.operator, menu, view=revealed, shown=values, now=asked.now
        )
        answer.headers["Cache-Control"] = "no-store"
        return answer

    return await _for_visitor(request, revealed.title, menu, shown)


async def nowhere(request: Opened, menu: Sequence[MenuItem]) -> Response[Any]:
    """The page in the place of one that does not exist."""

    async def missing(_: OperatorVisit) -> Response[Any]:
        raise NotShown("No page has this address. The menu leads to all of them, and the box beside it finds any id.")

    return await _for_visitor(request, "No such page", menu, missing)


def attached(attachment: Attachment) -> Response[Any]:
    """A file as a browser stores it; what it is called after may have any character."""
    name = re.sub(r"[^\w.-]", "_", attachment.name, flags=re.ASCII)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    if isinstance(attachment.body, bytes):
        return Response(attachment.body, media_type=attachment.media_type, headers=headers)
    return Stream(attachment.body, media_type=attachment.media_type, headers=headers)


async def _for_visitor(
    request: Opened, title: str, menu: Sequence[MenuItem], answer: Callable[[OperatorVisit], Awaitable[Response[Any]]]
) -> Response[Any]:
    operator: Operator | None = None
    try:
        visit = await session.visit(request)
        if visit is None:
            return Redirect(session.to_sign_in(request), status_code=303)
        operator = visit.operator
        return await answer(visit)
    except StoreUnavailable:
        return await away(request, operator, menu)
    except Unreadable as fault:
        return await trouble(request, "That cannot be read", str(fault), 400, operator, menu)
    except NotShown as reason:
        return await trouble(request, title, str(reason), reason.status, operator, menu)


def _asked(request: Opened, visit: OperatorVisit, role: Role) -> ConsoleRequest:
    operator, state = visit.operator, request.app.state
    if not operator.may(role):
        raise NotShown(f"This needs the role {role}, and {operator.name} has the role {operator.role}.", 403)
    return ConsoleRequest(
        operator=operator, background=state.background, now=state.clock(), session=visit.session.token_sha256
    )


def _told(request: Opened, to: str, said: Said) -> Response[Any]:
    answer = Redirect(to, status_code=303)
    return session.say(answer, request, said) if said.done.said else answer
