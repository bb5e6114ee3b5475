"""Signing in through an identity provider: the client's side of OpenID Connect, for any web framework."""
