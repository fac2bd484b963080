"""The telling: events on the ground, as a map and as words."""

from story.telling import DataError, Story, read_story

__all__ = ["DataError", "Story", "read_story"]
