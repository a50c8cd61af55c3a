"""A long, random life of a kernel beside a simple model of it: `python -m soak` in the folder `tests`."""
