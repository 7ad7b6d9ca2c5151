"""People who come to a port without an appointment: their numbers, their places, what became of them."""
