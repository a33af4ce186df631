"""Lists and changes which models are live and tried; a running service follows within two seconds."""

import argparse
import sys

import msgspec

from app.bounds import real
from app.scoring.registry import versions
from app.scoring.registry.changes import Change, NotChanged
from app.scoring.registry.listing import listed
from training.frame import add, add_own_config, add_own_models, own_verticals
from training.histories.declared import MATURITY_DAYS
from training.registry.author import author
from training.registry.listing import sentence, shown, table, told
from training.registry.prune import prune

_ACTIONS = {
    "list": "list all versions, with what is live and what is tried",
    "show": "show one version: figures, gates, files and changes",
    "promote": "make a version live",
    "rollback": "restore the version that was live before",
    "shadow": "start a trial: a version decides every ping beside the live one, unsent",
    "canary": "let the challenger bid for a share of all leads",
    "retire": "end the trial",
    "prune": "remove versions that never bid, but for the last ones",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`python -m training registry ACTION --models DIR [--vertical V] [--version N] [--config FILE] ...`."""
    actions = parser.add_subparsers(required=True, metavar="action", dest="action")
    for name, purpose in _ACTIONS.items():
        one = actions.add_parser(name, help=purpose, description=purpose, allow_abbrev=False)
        if name in ("list", "show"):
            add(one, "models")
        else:
            add_own_models(one)
        one.add_argument(
            "--vertical", required=name != "list", default="", metavar="NAME", help="the vertical of the model"
        )
        if name in ("show", "promote", "shadow", "canary"):
            of_challenger = " (the challenger's)" if name == "canary" else ""
            one.add_argument("--version", required=name != "canary", default="", help=f"the version{of_challenger}")
        if name == "canary":
            one.add_argument("--share", type=real(0, 1), required=True, help="the share of all leads, such as 0.1")
            one.add_argument(
                "--maturity-days",
                type=real(0, 3_650),
                default=None,
                help="how many days a lead has to convert (default: what its history took to mature, or else "
                f"{MATURITY_DAYS:g})",
            )
        if name == "prune":
            add(one, "keep")
        if name in ("promote", "canary"):
            one.add_argument("--force", action="store_true", help="even if a gate failed; the history records it")
        if name == "list":
            add(one, "json")
        elif name != "show":
            one.add_argument("--why", default="", metavar="WORDS", help="the reason, recorded in the history")
        if name in ("promote", "rollback", "shadow", "canary"):
            add_own_config(one)


def run(args: argparse.Namespace) -> int:
    """0 where it is done or said, 1 where it is refused; nothing has changed then."""
    try:
        print(_said(args))
    except versions.NotCleared as refused:
        print(f"{refused}. --force overrides this and is recorded", file=sys.stderr)
        return 1
    except NotChanged as refused:
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
            raise NotChanged(f"{args.models} holds no model{f' of {args.vertical}' if args.vertical else ''}")
        return msgspec.json.encode([told(each) for each in found]).decode() if args.json else "\n".join(table(found))
    if args.action == "show":
        return "\n".join(shown(args.models, args.vertical, args.version))
    if args.action == "prune":
        gone = prune(args.models, args.vertical, args.keep, author(args.why))
        return f"removed {', '.join(gone)}" if gone else "nothing to remove"
    done = _done(args)
    return sentence(done) if done.after != done.before else f"nothing changed: {sentence(done)}"


def _done(args: argparse.Namespace) -> Change:
    models, vertical, who = args.models, args.vertical, author(args.why)
    if args.action == "retire":
        return versions.retire(models, vertical, who)
    known = own_verticals(args.config)
    if args.action == "promote":
        return versions.promote(models, vertical, args.version, who, declared=known, force=args.force)
    if args.action == "rollback":
        return versions.rollback(models, vertical, who, known)
    if args.action == "shadow":
        return versions.shadow(models, vertical, args.version, who, known)
    return versions.canary(
        models,
        vertical,
        args.share,
        who,
        version=args.version,
        declared=known,
        force=args.force,
        matures_days=args.maturity_days,
    )
