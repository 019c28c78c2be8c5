"""The page of the emulated HubSpot, a file for each of its parts."""
