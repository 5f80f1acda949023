"""The version of the schema that this program speaks; apart, so that opening needs no sqlite_utils."""

LATEST = 1
