"""What the program tells of itself to those who run it: logs, metrics, traces. Never a value of anybody's data."""
