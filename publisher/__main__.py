"""`python -m publisher`: the same program as `publisher`."""

from publisher.cli import main

main(prog_name="publisher")
