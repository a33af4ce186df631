"""Commands that change the running service or report outcomes to it."""
