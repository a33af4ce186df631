"""Turns a history of bids, sales and outcomes into the models that price pings."""

import os

# Threads that wait for each other by spinning take a processor from whatever else runs: on two cores beside a busy
# neighbor a fit of boosting took seven times as long with two threads as with one, and takes half as long when they
# sleep instead. The library that reads this does so once, when it is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
