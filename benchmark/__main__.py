"""``python -m benchmark`` and the ``dockmark`` command."""

import sys

from benchmark.cli.entry import main

if __name__ == "__main__":
    sys.exit(main())
