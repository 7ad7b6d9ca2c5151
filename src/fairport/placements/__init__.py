"""Places that two officials give outside the draw, for listed reasons and within a public cap."""
