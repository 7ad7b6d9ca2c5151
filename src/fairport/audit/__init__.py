"""The append-only event log, written in the transaction of what it tells."""
