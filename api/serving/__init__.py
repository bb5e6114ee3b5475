"""Running the doors as a service: settings, where to listen, processes, logs, metrics."""
