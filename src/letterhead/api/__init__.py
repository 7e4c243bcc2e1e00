"""The HTTP entrance: reads requests, calls the services, shows what they answer."""
