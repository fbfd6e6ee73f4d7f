"""The questions people ask of a board, by noun. Each is a function of a `BoardReader` and gives back frozen values."""
