"""Programs elsewhere that are told what happens on a campaign's bills (docs/webhooks.md)."""
