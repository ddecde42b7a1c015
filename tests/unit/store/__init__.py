"""The rooms of the store one by one."""
