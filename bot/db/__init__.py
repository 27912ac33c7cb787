"""The database: the only place where SQL lives."""
