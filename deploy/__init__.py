"""How the project is put to work: real servers on this machine, and what a platform needs to run it on many."""
