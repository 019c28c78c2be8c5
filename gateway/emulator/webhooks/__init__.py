"""Webhooks as HubSpot has them: subscriptions, signed deliveries, and every way they go wrong."""
