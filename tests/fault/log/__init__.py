"""The log when processes die, disks fill up and bytes rot."""
