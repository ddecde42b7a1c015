"""The whole program on one machine, killed and resumed."""
