"""What defines an account's data: properties, groups, object schemas and forms, as they are
created, changed and archived."""
