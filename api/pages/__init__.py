"""The pages: what the service answers, for people with a browser."""
