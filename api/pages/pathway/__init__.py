"""Pages of algorithms: the library, the pathway document, what changed between versions."""
