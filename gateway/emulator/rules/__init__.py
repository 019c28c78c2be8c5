"""What HubSpot checks of a submission: pure functions from a payload to its flaws."""
