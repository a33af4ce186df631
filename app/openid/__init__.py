"""OpenID Connect (Core 1.0, code flow with PKCE): where a browser is sent, and who comes back from there."""
