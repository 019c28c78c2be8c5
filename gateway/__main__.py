"""``python -m gateway``."""

import sys

try:
    from gateway.cli.main import main

    sys.exit(main(sys.argv[1:]))
except KeyboardInterrupt:  # Ctrl+C while the parts are still being loaded
    sys.exit(130)
