"""Official sources: what is downloaded from where, cleaned into the layers of a study."""
