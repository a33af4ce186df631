"""Says which models are live and tried, and changes it: a running service follows within two seconds."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec

from app.packaged import OWN_MODELS, models_here
from training.registry import registry
from training.registry.author import author
from training.registry.listing import listed, sentence, shown, table
from training.registry.pointer import Change, Refused

_ACTIONS = {
    "list": "every version, with what is live and what is tried",
    "show": "one version: its figures, gates, files and changes",
    "promote": "make a version live",
    "rollback": "go back to the version that was live before",
    "shadow": "have a version decide every ping beside the live one, unsent",
    "canary": "have the challenger bid for a share of all leads",
    "retire": "end what is tried",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`python -m training registry ACTION --models DIR [--vertical V] [--version N] [--share S] [--why WORDS]`."""
    actions = parser.add_subparsers(required=True, metavar="action", dest="action")
    for name, purpose in _ACTIONS.items():
        one = actions.add_parser(name, help=purpose, description=purpose, allow_abbrev=False)
        models = models_here() if name in ("list", "show") else OWN_MODELS
        one.add_argument("--models", type=Path, default=models, help="where the models stand (models)")
        one.add_argument("--vertical", required=name != "list", default="", metavar="NAME", help="whose model")
        if name in ("show", "promote", "shadow", "canary"):
            of_challenger = " (the challenger's)" if name == "canary" else ""
            one.add_argument("--version", required=name != "canary", default="", help=f"which one{of_challenger}")
        if name == "canary":
            one.add_argument("--share", type=float, required=True, help="of all leads, such as 0.1")
        if name in ("promote", "canary"):
            one.add_argument("--force", action="store_true", help="also where a gate failed; the history says so")
        if name == "list":
            one.add_argument("--json", action="store_true", help="print the versions as one JSON array")
        elif name != "show":
            one.add_argument("--why", default="", metavar="WORDS", help="for the history")


def run(args: argparse.Namespace) -> int:
    """0 where it is done or said, 1 where it is refused; nothing has changed then."""
    try:
        print(_said(args))
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.filename or args.models} cannot be used: {error.strerror}", file=sys.stderr)
        return 1
    return 0


def _said(args: argparse.Namespace) -> str:
    if args.action == "list":
        found = listed(args.models, args.vertical)
        if not found:
            raise Refused(f"{args.models} holds no model{f' of {args.vertical}' if args.vertical else ''}")
        return msgspec.json.encode(found).decode() if args.json else table(found)
    if args.action == "show":
        return shown(args.models, args.vertical, args.version)
    done = _DO[args.action](args)
    return sentence(done) if done.after != done.before else f"nothing changed: {sentence(done)}"


def _promote(args: argparse.Namespace) -> Change:
    return registry.promote(args.models, args.vertical, args.version, author(args.why), force=args.force)


def _rollback(args: argparse.Namespace) -> Change:
    return registry.rollback(args.models, args.vertical, author(args.why))


def _shadow(args: argparse.Namespace) -> Change:
    return registry.shadow(args.models, args.vertical, args.version, author(args.why))


def _canary(args: argparse.Namespace) -> Change:
    return registry.canary(
        args.models, args.vertical, args.share, author(args.why), version=args.version, force=args.force
    )


def _retire(args: argparse.Namespace) -> Change:
    return registry.retire(args.models, args.vertical, author(args.why))


_DO: dict[str, Callable[[argparse.Namespace], Change]] = {
    "promote": _promote,
    "rollback": _rollback,
    "shadow": _shadow,
    "canary": _canary,
    "retire": _retire,
}
