"""What the hub promises, and the figures that tests measured: `promises.toml`, `figures.json`."""
