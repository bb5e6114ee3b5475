"""The caseload in a browser: who needs something today, and why."""
