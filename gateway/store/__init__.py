"""What must outlive the process: outbox, audit, and the last good form descriptions."""
