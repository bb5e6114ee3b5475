"""Proofs: claims of an algorithm shown for every possible patient, or a patient for whom they fail."""
