"""The format of a definition as pydantic models: one grammar for reading, for findings and for editors."""
