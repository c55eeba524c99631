"""What the caller was asked for: it tells what bare words mean."""

from enum import Enum, auto


class Asked(Enum):
    QUANTITY = auto()
    """ "Four" is a number of tires."""
    OTHER_QUANTITY = auto()
    """Something else of an order whose quantity is known: "no, two" corrects it, "to Khreshchatyk 6" is an address."""
    PERHAPS_QUANTITY = auto()
    """ "Let's have four" is one; neither "one" nor a number in a longer sentence is."""
    DATE = auto()
    """ "The fifth" is a day."""
    TIME = auto()
    """ "Ten" is a time of day."""
    NAME = auto()
    """ "Olena" is the caller."""
    ADDRESS = auto()
    """Whatever is said is a street and a house."""
    TOPIC = auto()
    """Whatever is said is what a call-back is about."""
