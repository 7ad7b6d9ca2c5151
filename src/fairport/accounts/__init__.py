"""Staff, their roles by port, and who may call which address."""
