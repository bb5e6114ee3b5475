"""The same criteria over many cases."""
