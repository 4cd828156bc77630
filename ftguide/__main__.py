"""`python -m ftguide VERB`: see `ftguide.cli.main`."""

import sys

from ftguide.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
