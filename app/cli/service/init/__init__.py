"""Creates a first `buyer.toml` from a few answers: valid, and ready to bid for the leads of one seller."""

import argparse
import base64
import os
import secrets
import sys
from hashlib import sha256
from pathlib import Path
from shlex import quote

from app.cli.service.init.questions import CRM_SECRET_FILE, QUESTIONS, Answers, BadAnswer, answers_of
from app.cli.service.init.written import campaign_name, written
from app.config.load import Declared, LoadedConfig, load
from app.usecases.operators.new_key import new_key

"""Among so many made-up consumers one lives in any state."""


class NotWritten(Exception):
    """Nothing was written; the text says why, and what to do."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid init [--config FILE] [--yes] [--force] [--legal-name NAME] [--vertical NAME] ...`."""
    parser.add_argument(
        "--config", type=Path, default=Path("buyer.toml"), help="the file to write (default: buyer.toml)"
    )
    parser.add_argument("--force", action="store_true", help="overwrite an existing file")
    parser.add_argument("--yes", action="store_true", help="ask nothing; use the defaults where no option is given")
    for each in QUESTIONS:
        parser.add_argument(each.flag, dest=each.name, metavar=each.metavar, help=each.help)


def run(args: argparse.Namespace) -> int:
    """0 where the file is written; 1 with a sentence where not."""
    try:
        if args.config.exists() and not args.force:
            raise NotWritten(
                f"{args.config} exists and was not changed: name another file with --config, or use --force"
            )
        answers = answers_of(vars(args), ask=not args.yes and sys.stdin.isatty())
        if answers.seller in map(campaign_name, answers.verticals):
            raise NotWritten(
                f"a campaign is named `{answers.seller}`, and a pause by that name would stop both: choose another name"
            )
        key = new_key(secrets.token_bytes)
        declared, made = _write(args.config, answers, key, force=args.force)
    except (NotWritten, BadAnswer) as reason:
        print(reason, file=sys.stderr)
        return 1
    _tell(args.config, answers, declared, key, made)
    return 0


def _write(path: Path, answers: Answers, key: str, *, force: bool) -> tuple[Declared, Path | None]:
    """Write the file, and the secret of the CRM where it needs a new one. Only what loads is written."""
    text = written(answers, sha256(key.encode()).hexdigest()).encode()
    new_files = {path: text}
    secret = path.parent / CRM_SECRET_FILE
    if answers.crm_url and answers.crm_secret == f"file:{CRM_SECRET_FILE}" and not secret.exists():
        new_files = {secret: b"whsec_%b\n" % base64.b64encode(secrets.token_bytes(32)), **new_files}
    read = load(path, environ=os.environ, read_file=lambda each: new_files.get(each) or each.read_bytes())
    if not isinstance(read, LoadedConfig):
        raise NotWritten("\n".join(["With these answers the file would be invalid:", *map(str, read)]))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for each, content in new_files.items():
            _put(each, content, force=force, mode=0o644 if each == path else 0o600)
    except OSError as error:
        raise NotWritten(f"{error.filename} cannot be written ({error.strerror})") from None
    return read.declared, secret if secret in new_files else None


def _put(path: Path, content: bytes, *, force: bool, mode: int) -> None:
    """A file that appeared meanwhile is not overwritten either, unless that is meant."""
    flags = os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if force else os.O_EXCL)
    with os.fdopen(os.open(path, flags, mode), "wb") as file:
        file.write(content)


def _tell(path: Path, answers: Answers, declared: Declared, key: str, made: Path | None) -> None:
    kinds = ", ".join(vertical.title.lower() for vertical in declared.verticals)
    print(f"\nWrote {path}: {kinds} leads from {answers.seller}, in test mode.")
    print(f"\nThe key of {answers.seller}, shown only now (the file holds its SHA-256): {key}")
    if made:
        print(f"The secret with which the CRM verifies your deliveries is in {made}.")
    elif not answers.crm_url:
        print("No CRM is set: leads are stored and not delivered until you add one under [[destinations]].")
    config = "" if path == Path("buyer.toml") else f" --config {quote(str(path))}"
    print("\nNext steps (run the last two while the first one runs, with the key in LEADBID_KEY):\n")
    print(f"  leadbid serve{config}")
    print(f"  leadbid instructions {answers.seller}{config}")
    print(
        f"  leadbid sample ping --config {quote(str(path))} --seller {answers.seller}"
        f" --vertical {declared.verticals[0].name} --curl | sh"
    )
    print(f"\nWhen the seller has tested: leadbid sellers go-live {answers.seller}{config}")
