"""The intake: what one-stop systems have, as facts in the log; said again and again, taken once."""
