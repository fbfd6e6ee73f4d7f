"""The questions people ask of a board, by noun. Each is a function of a `Board` and gives back frozen values."""
