"""What a ministry needs to check extracts, without a hub."""
