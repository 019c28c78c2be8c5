"""OAuth as HubSpot has it: installing the app, tokens, and what a token says of itself."""
