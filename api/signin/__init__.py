"""Signing in and out in a browser: one-time link, password, identity provider (OpenID Connect), sessions."""
