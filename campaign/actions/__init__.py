"""What a campaign asks of people beside calls: petitions, sign-ons, pledges, letters to an office."""
