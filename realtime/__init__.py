"""What is happening now: follows the writer, keeps half an hour per site in memory, streams snapshots."""
