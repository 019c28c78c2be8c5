"""What is allowed: the class gate over forms, and the permissions of people."""
