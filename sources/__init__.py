"""What arrives? The catalogue, the readers and the simulated country."""
