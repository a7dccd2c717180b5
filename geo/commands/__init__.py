"""The commands of `geo`: parse, call, print."""
