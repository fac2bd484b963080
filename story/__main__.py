"""`python -m story`."""

from story.cli import main

main()
