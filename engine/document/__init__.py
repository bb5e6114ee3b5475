"""The pathway document: everything that a definition says, for people to read. Pure but for the PDF."""
