"""How a mail leaves: claims, sending, single mails, chat notices."""
