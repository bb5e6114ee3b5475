"""How much a definition may hold. Beyond these reading stops, so that no text can stall a process."""

MAX_BYTES = 10_000_000
"""Of one file; the limit for unreadable files."""
MAX_LINES = 200_000
"""Lines of one file."""
MAX_DEPTH = 40
"""Levels of mappings and lists inside each other; it bounds every recursion over a tree."""
MAX_NODES = 100_000
"""Keys, values and list items of one file."""
MAX_TROUBLES = 500
"""Problems of one code kept from one run; what lies beyond is counted, not listed."""
MAX_CRITERIA = 4_000
"""Lines of criteria of one algorithm, libraries included; texts written twice count once."""
MAX_CRITERIA_TEXT = 120_000
"""Characters of all those lines together; reading criteria is the slowest part."""
MAX_LIBRARIES = 50
MAX_FIELDS = 5_000
"""Fields of all evidence types together."""
MAX_VALUES = 2_000
"""Codes of one field."""
MAX_MEMBERS = 1_000
"""Names in one section, such as `define` or `evidence`, libraries included."""
MAX_STEPS = 500
MAX_MOVES = 2_000
"""Moves of one algorithm once families (`for_each`) are written out."""
MAX_OPTIONS = 2_000
MAX_LINKS = 200_000
"""Option ids that the interactions and washouts of one formulary name, once classes are written out."""
MAX_COUNT = 100_000
"""Largest count of a duration (`14 days`), in days; some 270 years."""
MAX_CHAIN = 30
"""Series and defines that build one upon another."""
MAX_MISTAKEN = 80
"""Criteria with mistakes; later ones are not read, because finding near names takes the most time."""
