"""The numbers that the README quotes, each by one command: `python -m bench` lists them."""
