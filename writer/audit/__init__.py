"""Who asked for what: entries that nobody changes, and the proof that nobody did."""
