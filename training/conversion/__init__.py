"""P(conversion): fitted, calibrated, judged, and written down as numbers that the service can read."""
