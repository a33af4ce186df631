"""Those whom the service calls: CRMs and providers that are slow, away, or answer what they should not."""
