"""What a campaign is about: proposals, the bills that carried them, facts and texts."""
