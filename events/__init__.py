"""What happened, when, and who says so; the state of the city at any minute."""

from events.load import Chronicle, read_chronicle
from events.model import Event
from events.state import City, city_at

__all__ = ["Chronicle", "City", "Event", "city_at", "read_chronicle"]
