"""The recorded tape, served over loopback and played to the real program."""

from monitor.demo.player import Stage, demo_config, play, polls, stage

__all__ = ["Stage", "demo_config", "play", "polls", "stage"]
