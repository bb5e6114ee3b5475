"""Who may do what: rights, scopes, sign-in rules. Pure: the moment is an argument."""
