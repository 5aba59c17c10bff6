"""Who asked for the mail: subscriptions, consent, CSV lists."""
