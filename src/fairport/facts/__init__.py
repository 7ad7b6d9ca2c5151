"""Facts about travelers that officials verified: two people each, and what they do in the next draws."""
