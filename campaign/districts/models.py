"""Tables of ZIP codes and district boundaries."""

from sqlmodel import Field, SQLModel


class ZipSeat(SQLModel, table=True):
    """A ZIP code touches a House seat's district, on the map of one Congress."""

    congress: int = Field(primary_key=True)
    zip: str = Field(primary_key=True)
    seat: str = Field(primary_key=True, index=True)
    # The part of the ZIP code's people or land in this district, 0 to 1; None where it is not known.
    share: float | None = None


class ZipCode(SQLModel, table=True):
    """A ZIP code of the Postal Service: its state, its kind and, where known, a point in it."""

    zip: str = Field(primary_key=True)
    # Two letters as in a seat; AA, AE and AP for military mail, FM, MH and PW for the states in free
    # association; empty where the source names none.
    state: str = ""
    # standard, po_box, unique (a single organization) or military; the source tells them apart by rule of
    # thumb, so pages say no more than "probably".
    kind: str = "standard"
    city: str = ""
    # Degrees north and east.
    latitude: float | None = None
    longitude: float | None = None


class DistrictShape(SQLModel, table=True):
    """A district's boundary on the map of one Congress."""

    congress: int = Field(primary_key=True)
    seat: str = Field(primary_key=True)
    west: float
    south: float
    east: float
    north: float
    # JSON: a list of polygons, each a list of rings; boundaries.py defines the coordinates of a ring.
    geometry: bytes
