"""What the emulator serves, one table per part of HubSpot's API.

Each module exports ``ROUTES``; ``gateway.emulator.routes`` puts them together. The order of
the rows does not matter: the more literal path wins.
"""
