"""What comes back: bounces and webhooks of mail providers."""
