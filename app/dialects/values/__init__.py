"""One value of a request, whatever its type, as a value of the declared kind; never as personal data."""
