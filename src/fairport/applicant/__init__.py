"""What the person at the other end sees and says."""
