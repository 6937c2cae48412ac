"""The simulated country: people, their lives and the true facts that institutions know of.

Here: `population` (who lives here), `facts` (what is true of them, by record family), rendering
(how each document type tells it) and the noise of senders. Never here: anything the hub learns
from deliveries. Next: deliveries in a landing folder, and the truth that tests compare with.
"""
