"""An account that survives a restart, in one sealed file."""
