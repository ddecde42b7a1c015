"""The store when something breaks."""
