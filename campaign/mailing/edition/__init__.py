"""What a mail says: news, wording, chart, editions and their send times."""
