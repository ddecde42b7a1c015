"""The kit that the services stand on: contract, log, store, calendar, units, procedures, dossiers, index."""
