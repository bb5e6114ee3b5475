"""Definitions: from the files an author writes to an algorithm, with findings where they cannot be used."""
