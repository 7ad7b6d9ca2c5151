"""The fairness watch: shares of decisions compared, and signals that a person looks at."""
