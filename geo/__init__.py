"""Where things are, and how they are drawn on folium."""

from geo.places import Place, read_places

__all__ = ["Place", "read_places"]
