"""What can go wrong between us and the database, in words that hold neither SQL nor a person's data."""


class StoreError(Exception):
    """The database does not serve; the text says what to do or what happened."""


class StoreUnavailable(StoreError):
    """Locked, full, gone or overwhelmed just now: nothing of this transaction was committed as far as we know."""


class DatabaseGone(StoreUnavailable):
    """The file of the database is gone, or is another one than was opened; the text says what to do."""


class StoreUnfit(StoreError):
    """This database cannot be used as it is: wrong address, missing driver, tables of another version."""
