"""One module a revision, oldest first by `down_revision`."""
