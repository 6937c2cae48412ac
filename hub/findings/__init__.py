"""Detection rules as data; what each looks for is in `warehouse/sql/findings`."""
