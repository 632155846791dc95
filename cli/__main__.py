"""`python -m cli`, which `./run` executes."""

from cli.app import main

main()
