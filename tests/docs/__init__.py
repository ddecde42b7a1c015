"""Documents are checked against the tree and the program that they speak of."""
