"""Settings, addresses, the embedded database and the demonstration."""
