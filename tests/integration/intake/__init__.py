"""Imports against a real log and a real store."""
