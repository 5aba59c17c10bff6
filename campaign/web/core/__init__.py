"""What every page needs: rendering, languages, errors, security, page cache, health."""
