"""Turns a history of bids, sales and outcomes into the models that price pings.

The names of `training.api` stand here too: `from training import read_history, learn, load_policy`.
"""

import os
from importlib import import_module
from typing import Any

# Threads that wait for each other by spinning take a processor from whatever else runs: on two cores beside a busy
# neighbor a fit of boosting took seven times as long with two threads as with one, and takes half as long when they
# sleep instead. The library that reads this does so once, when it is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


_OF_API = (
    *("Evaluation", "History", "LeadClassifier", "ModelCard", "PricedLead", "PricingPolicy", "Spec", "TrainingError"),
    *("evaluate", "import_model", "learn", "load_policy", "load_version", "read_history", "read_spec", "simulate"),
)


def __getattr__(name: str) -> Any:
    """What Python may ask, read when it is asked for: a command needs only what it uses."""
    if name in _OF_API:
        return getattr(import_module("training.api"), name)
    raise AttributeError(f"module 'training' has no attribute {name!r}")
