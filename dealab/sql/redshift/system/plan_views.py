"""Plans of statements that ran."""
