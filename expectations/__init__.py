"""What must be true? Suites derived from the catalogue and the one module that talks to GX."""
