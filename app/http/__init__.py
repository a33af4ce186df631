"""The endpoints: parse, call one use case, return."""
