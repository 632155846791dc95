"""The command line: starts and supervises the mesh on one machine, and talks to it. Imports no service."""
