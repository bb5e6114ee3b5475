"""Treadway's engine: definitions, criteria, runtime, proofs and pictures of treatment algorithms."""
