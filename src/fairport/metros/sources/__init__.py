"""Where the figures come from: each module returns the same `SourceTables`."""
