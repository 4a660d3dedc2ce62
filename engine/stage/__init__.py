"""What runs inside the scenario's interpreter: standard library only, and relative imports only (see ``__main__``)."""
