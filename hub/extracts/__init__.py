"""What each ministry may have: contracts and pseudonyms."""
