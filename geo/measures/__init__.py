"""What the joined map means: metrics with their inference, one module a question."""
