"""From the models of the format to an immutable algorithm. Names that lead nowhere are noted."""
