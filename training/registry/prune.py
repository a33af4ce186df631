"""Removes versions that never bid, so that a folder of models does not grow with every retraining."""

import re
import shutil
from pathlib import Path

from msgspec.structs import replace

from app.scoring.registry.changes import Author, NotChanged, changes, entry_of, note
from app.scoring.registry.versions import versions


def prune(models: Path, vertical: str, keep: int, author: Author) -> tuple[str, ...]:
    """Remove the versions that never bid, but for the last so many; which they were stands in the history.

    Whatever is pointed at, or has ever been live or a canary, stays: replays need what has bid.
    """
    entry = entry_of(models, vertical)
    if entry is None:
        raise NotChanged(f"{vertical} has no live version: promote one first")
    told = [each for done in changes(models) if done.vertical == vertical for each in (done.before, done.after)]
    bid = {each.live for each in told if each} | {each.challenger for each in told if each and each.canary}
    needed = bid | {entry.live, entry.before, entry.challenger}
    # What somebody has named is theirs to remove.
    idle = [each for each in versions(models, vertical) if each not in needed and re.fullmatch(r"\d{4}", each)]
    gone = tuple(idle[: max(len(idle) - keep, 0)])
    for version in gone:
        folder = models / vertical / version
        # Not there at all rather than in part.
        removed = folder.rename(folder.with_name(f".{version}.removed"))
        shutil.rmtree(removed)
    if gone:
        why = f"removed {', '.join(gone)}: they never bid, and {keep} newer ones that did not either are kept"
        note(models, vertical, "prune", replace(author, why="; ".join(filter(None, (author.why, why)))))
    return gone
