"""The outbox: messages that leave only after the commit they tell of."""
