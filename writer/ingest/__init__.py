"""From envelopes to committed events, and from commits to followers."""
