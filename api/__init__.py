"""The doors: command line, web service, pages and health-record interfaces. No rule of care lives here."""
