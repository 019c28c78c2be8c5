"""From what a person typed to what goes on the wire: logic, cleaning, checking, encoding."""
