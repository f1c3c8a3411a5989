"""The composition root: settings, embedded services, supervisor, command line, demo."""
