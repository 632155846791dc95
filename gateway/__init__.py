"""The door for browsers: translates HTTP and WebSocket into the contract's RPCs; no store, no domain logic."""
