"""Key ring, data keys, sealed boxes and blind indexes: how personal data rests."""
