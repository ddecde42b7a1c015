"""Each port's promises as test classes. Needs pytest, and only tests import it."""
