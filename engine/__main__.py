"""``python -m engine`` is ``engine``."""

from .cli import main

if __name__ == "__main__":
    main()
