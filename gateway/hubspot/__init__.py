"""HubSpot's side of the wire: what may be asked, how, and what every answer means."""
