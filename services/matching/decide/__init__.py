"""Deciding: state and a question in, facts out. Reads state, changes nothing, knows no clock and no chance."""
