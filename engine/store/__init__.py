"""Keeps cases: append-only, hash-chained histories in SQLite or PostgreSQL, by one code path."""
