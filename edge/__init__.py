"""The edge: takes events from callers, makes them durable, and hands them to the writer."""
