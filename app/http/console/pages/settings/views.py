"""The settings as loaded, with the difference to the file and to those in force before."""

import msgspec

from app.http.console.view import ConsoleAct, ConsoleRequest, Done, Download, NoQuery, View
from app.reports.settings.settings import SettingsView
from app.usecases.operators.requests import NotDone
from app.usecases.settings.settings import settings_view


class ConsentForm(msgspec.Struct, frozen=True):
    """The configuration that is meant, so that no other is taken."""

    config_hash: str


async def _settings(asked: ConsoleRequest, _: NoQuery) -> SettingsView:
    return await settings_view(asked.bidder, asked.background.watch, asked.now)


async def _consent(asked: ConsoleRequest, form: ConsentForm) -> Done:
    if not await asked.bidder.store.approve(form.config_hash, asked.by, asked.now):
        raise NotDone("It does not wait any more: look at what is in force now.")
    return Done("Consented: the service takes it within seconds.")


VIEWS = (
    View(
        path="settings",
        title="Settings",
        label="Settings",
        says="The settings as loaded, what they changed, and how the file differs from them",
        template="app/http/console/pages/settings/settings.html",
        shows=SettingsView,
        show=_settings,
        query=NoQuery,
        role="operator",
    ),
)
ACTS = (ConsoleAct(path="settings/consent", form=ConsentForm, do=_consent, role="admin"),)
DOWNLOADS: tuple[Download, ...] = ()
