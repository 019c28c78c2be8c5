"""The words of the field: what every other floor talks in, importing none of them."""
