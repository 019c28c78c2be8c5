"""The order of things: each file is one leg of the river, top to bottom."""
