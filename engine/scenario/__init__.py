"""The language: the only room that knows YAML and pydantic."""
