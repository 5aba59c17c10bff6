"""Tables of places."""

from sqlmodel import Field, SQLModel


class ZipSeat(SQLModel, table=True):
    """A ZIP code touches a House seat's district, on the map of one Congress."""

    congress: int = Field(primary_key=True)
    zip: str = Field(primary_key=True)
    seat: str = Field(primary_key=True)
    # Share of the ZIP's land in this district, 0 to 1; None where the source does not say.
    share: float | None = None


class DistrictShape(SQLModel, table=True):
    """A district's boundary on the map of one Congress."""

    congress: int = Field(primary_key=True)
    seat: str = Field(primary_key=True)
    west: float
    south: float
    east: float
    north: float
    # Polygons of rings, as JSON: boundaries.py says how a ring is written.
    geometry: bytes
