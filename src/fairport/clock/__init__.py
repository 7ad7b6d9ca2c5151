"""The one clock, with the demonstration's offset kept in the database."""
