"""``python -m eudr_geo`` is ``eudr-geo``."""

from eudr_geo.cli import main

if __name__ == "__main__":
    main()
