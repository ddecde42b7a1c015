"""The parts of the log that stand alone."""
