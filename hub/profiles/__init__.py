"""What the 50 income and asset kinds mean for a profile; the tables are built in `warehouse/sql`."""
