"""Everything that the console shows, in the order of its menu, and does."""

from app.http.console.pages.account import views as account
from app.http.console.pages.audit import views as audit
from app.http.console.pages.campaigns import views as campaigns
from app.http.console.pages.deliveries import views as deliveries
from app.http.console.pages.models import views as models
from app.http.console.pages.money import views as money
from app.http.console.pages.now import views as now
from app.http.console.pages.pings import views as pings
from app.http.console.pages.sellers import views as sellers
from app.http.console.pages.settings import views as settings
from app.http.console.pages.suppression import views as suppression
from app.http.console.view import ConsoleAct, Download, Reveal, View

_SUBJECTS = (now, campaigns, pings, sellers, deliveries, money, models, suppression, settings, audit, account)

VIEWS: tuple[View, ...] = tuple([view for subject in _SUBJECTS for view in subject.VIEWS])
ACTS: tuple[ConsoleAct, ...] = tuple([act for subject in _SUBJECTS for act in subject.ACTS])
DOWNLOADS: tuple[Download, ...] = tuple([download for subject in _SUBJECTS for download in subject.DOWNLOADS])
REVEALS: tuple[Reveal, ...] = pings.REVEALS
