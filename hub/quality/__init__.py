"""What an institution owes the hub, as data; what it sent is measured in `warehouse/sql/quality`."""
