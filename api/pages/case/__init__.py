"""The case page and its forms: what the service answers, as what the page shows."""
