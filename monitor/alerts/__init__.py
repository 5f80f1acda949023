"""Rules, their state over time, and where messages go."""
