"""The one canonical writer: turns envelopes into events, stores them once, and streams what was committed."""
