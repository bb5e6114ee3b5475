"""What every room speaks of: algorithms, cases, events, decisions. Frozen values, standard library only."""
