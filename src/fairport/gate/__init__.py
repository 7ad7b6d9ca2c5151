"""The gate: the page at which passes are scanned, with a network and without one."""
