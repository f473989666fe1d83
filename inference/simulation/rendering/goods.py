"""What goods are, read from their names: package and colours; and invented goods for other stores."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np

from inference.simulation.rendering.labels import Motif, Rgb
from store_layout.checks.products import gtin_check_digit
from store_layout.model import Product

_AMOUNT = re.compile(r"(\d+(?:[.,]\d+)?)\s*(kg|g|l|cl|ml)\b", re.IGNORECASE)
_UNITS = {"kg": 1000.0, "g": 1.0, "l": 1000.0, "cl": 10.0, "ml": 1.0}
_WORD = re.compile(r"[^\W\d_]{2,}")
_UNIT_WORDS = frozenset(_UNITS)

_KIND_WORDS: tuple[tuple[str, str], ...] = (
    ("chocolate", "tablet"),
    ("muesli|cornflakes|cereal", "box"),
    ("wine|champagne|prosecco|vodka|gin", "wine"),
    ("beer|ale|lager", "glass bottle"),
    ("energy|cider|tonic", "can"),
    ("juice|milk|oat drink|soy drink|smoothie|buttermilk", "gable"),
    ("cola|lemonade|water|spritzer|tea peach|iced tea|soda|ketchup|shampoo|oil|syrup|detergent", "bottle"),
    ("soup|tuna|beans|sweetcorn|tin", "tin"),
    ("sauce|pesto|jam|honey|olives|gherkins|mustard|jar", "jar"),
    ("yoghurt|pudding|quark|cream cheese", "cup"),
    ("ice cream|margarine", "tub"),
    ("salad|bowl|sushi", "bowl"),
    ("stacked crisps|cocoa", "drum"),
    ("sandwich|wrap", "wedge"),
    ("pizza", "flat box"),
    ("slices|cheese|gouda|ham|salami|tofu", "tray"),
    ("bar", "bar"),
    ("biscuits|cookies|rusks", "roll"),
    ("butter croissant|croissant", "croissant"),
    ("pretzel$", "pretzel"),
    ("butter", "butter"),
    ("tissues|napkins|sponges", "packet"),
    ("toothpaste|plasters", "long box"),
    ("cream|lotion", "tube"),
    ("batter|cable|charger|razor|pens", "blister"),
    ("toast|bread|loaf", "loaf"),
    ("coffee|flour|sugar", "brick"),
    ("crisps|popcorn|tortilla", "crisps"),
    ("spaghetti|fusilli|pasta|penne|noodles", "pasta"),
    ("gums|peanuts|pretzel sticks|nuts|raisins|sweets|liquorice", "bag"),
    ("rice|tea|salt", "small box"),
)
_KIND_OF_CATEGORY = {
    "drinks": "bottle",
    "chilled": "cup",
    "sweets": "bag",
    "snacks": "bag",
    "bakery": "loaf",
    "frozen": "flat box",
    "wine": "wine",
}

_GROUNDS: dict[str, Rgb] = {
    "zero": (28, 28, 32), "cola": (200, 22, 34), "orange": (245, 130, 20), "lemon": (250, 220, 40),
    "lime": (140, 200, 40), "apple": (120, 180, 60), "peach": (250, 165, 110), "strawberry": (225, 45, 75),
    "cherry": (165, 20, 45), "raspberry": (215, 40, 110), "blueberry": (70, 70, 170),
    "banana": (250, 225, 90),
    "mango": (250, 170, 40), "vanilla": (250, 235, 180), "still": (150, 205, 240), "sparkling": (25, 80, 165),
    "energy": (40, 60, 150), "milk": (120, 85, 200), "dark": (60, 32, 24), "white": (240, 228, 190),
    "red": (125, 18, 36), "rose": (245, 170, 180), "salted": (40, 95, 190), "paprika": (215, 60, 30),
    "onion": (80, 150, 70), "cheese": (245, 185, 45), "pepper": (50, 50, 55), "whole": (45, 110, 190),
    "oat": (225, 205, 165), "gouda": (245, 195, 70), "ham": (235, 150, 150), "butter": (240, 205, 90),
    "nut": (150, 95, 50), "peanuts": (200, 130, 45), "sticks": (170, 40, 40), "popcorn": (235, 70, 120),
    "spaghetti": (25, 70, 160), "fusilli": (50, 150, 75), "penne": (190, 40, 50), "tomato": (205, 40, 30),
    "basil": (60, 125, 50), "basmati": (35, 110, 130), "lentil": (175, 95, 40), "muesli": (235, 150, 45),
    "coffee": (70, 40, 30), "toast": (245, 190, 70), "margherita": (190, 45, 40), "mint": (90, 200, 170),
    "toothpaste": (60, 150, 210), "tissues": (150, 200, 230), "batteries": (40, 45, 55),
    "cable": (235, 235, 238),
    "salad": (110, 175, 70), "sandwich": (220, 215, 190), "gums": (245, 200, 40), "hazelnut": (175, 115, 60),
    "caramel": (200, 130, 50), "coconut": (225, 240, 245), "ginger": (215, 165, 80), "herbs": (70, 140, 80),
    "decaf": (40, 120, 110), "classic": (190, 30, 40), "light": (200, 225, 245), "green": (60, 150, 80),
    "black": (35, 35, 40), "honey": (235, 165, 30), "chilli": (200, 30, 25), "biscuits": (235, 185, 100),
}  # fmt: skip
"""What a flavour's print is mostly like."""

_CONTENTS: tuple[tuple[str, Rgb], ...] = (
    ("cola", (52, 24, 16)),
    ("orange lemonade|mango|orange juice", (248, 165, 50)),
    ("sparkling", (118, 160, 178)),
    ("water|tonic|vodka|gin", (196, 218, 228)),
    ("spritzer|apple|white wine|cider", (214, 200, 120)),
    ("tea|beer|honey|syrup", (190, 115, 40)),
    ("red wine", (36, 14, 22)),
    ("white", (178, 182, 96)),
    ("rose", (225, 140, 130)),
    ("lemon", (232, 226, 150)),
    ("tomato|ketchup|strawberry jam|chilli", (176, 36, 24)),
    ("pesto|olives|gherkins", (88, 110, 44)),
    ("jam|cherry", (140, 22, 34)),
    ("salad", (126, 166, 70)),
    ("sandwich|bread|toast", (222, 196, 150)),
    ("croissant", (206, 138, 62)),
    ("pretzel", (150, 82, 36)),
    ("batter", (190, 150, 60)),
    ("cable", (30, 30, 34)),
    ("yoghurt|milk|cream|quark|butter", (246, 240, 226)),
)
_MOTIFS: tuple[tuple[str, Motif], ...] = (
    ("orange|apple|peach|strawberry|cherry|lemon|jam|berry|juice|tomato|yoghurt|gums", "fruit"),
    ("water|milk|toothpaste|ice", "waves"),
    ("pesto|tea|salad|lentil|basil", "leaves"),
    ("spaghetti|fusilli|pasta|sticks|noodles|cable", "strands"),
    ("rice|muesli|peanuts|coffee|oat|nut|bread|toast", "grains"),
    ("chocolate|biscuits|batter|tissues", "diamonds"),
    ("cola|energy|popcorn", "drops"),
)


_GENERIC = frozenset(
    {"drink", "bowl", "sticks", "sweet", "cream", "bread", "bar", "slices", "usb", "hand", "paper"}
)


def big_word(words: list[str]) -> str:
    """The word that a package shows largest: the last one that says what it is."""
    return next((word for word in reversed(words) if word not in _GENERIC), words[-1] if words else "")


def words_of(name: str) -> list[str]:
    """The words of a product's name in small letters, without amounts and units."""
    return [w for w in (found.lower() for found in _WORD.findall(name)) if w not in _UNIT_WORDS]


def kind_of(product: Product) -> str:
    """A name in :data:`~inference.simulation.rendering.package_shapes.KINDS`, from name and category."""
    name = " ".join(words_of(product.name))
    for pattern, kind in _KIND_WORDS:
        if re.search(rf"\b(?:{pattern})", name):
            return kind
    return _KIND_OF_CATEGORY.get(product.category, "small box")


def amount_of(product: Product) -> float:
    """What is in a unit, in g or ml: as the name says, else its weight."""
    found = _AMOUNT.search(product.name)
    if found is None:
        return product.weight_g
    return float(found[1].replace(",", ".")) * _UNITS[found[2].lower()]


def ground_of(words: list[str]) -> Rgb | None:
    """Colour of a print by the first word that means one."""
    return next((_GROUNDS[word] for word in words if word in _GROUNDS), None)


def contents_of(name: str) -> Rgb | None:
    """What shows through glass, or None where nothing is known."""
    return next((colour for pattern, colour in _CONTENTS if re.search(pattern, name)), None)


def motif_of(name: str) -> Motif | None:
    """The drawing that suits the goods."""
    return next((motif for pattern, motif in _MOTIFS if re.search(pattern, name)), None)


class Line(NamedTuple):
    """A line of invented goods: flavours of one thing."""

    words: str
    """``{}`` stands for the flavour."""
    flavours: tuple[str, ...]
    amounts: tuple[str, ...]
    grams: float
    """Gross weight for each g or ml."""
    category: str
    price: float
    """Minor units for each g or ml."""


LINES: tuple[Line, ...] = (
    Line("Cola {}", ("classic", "zero", "lemon", "cherry"), ("0.33 l", "0.5 l", "1 l"), 1.1, "drinks", 0.3),
    Line("{} lemonade", ("Orange", "Lemon", "Raspberry", "Lime"), ("0.5 l", "1 l"), 1.09, "drinks", 0.28),
    Line("{} water", ("Still", "Sparkling", "Lemon"), ("0.5 l", "0.75 l"), 1.04, "drinks", 0.13),
    Line("{} energy drink", ("Classic", "Mango", "Zero"), ("250 ml",), 1.08, "drinks", 0.7),
    Line("{} juice", ("Orange", "Apple", "Cherry", "Mango"), ("1 l", "0.5 l"), 1.08, "drinks", 0.28),
    Line("{} iced tea", ("Peach", "Lemon", "Green"), ("0.5 l", "1 l"), 1.09, "drinks", 0.3),
    Line("{} beer", ("Light", "Dark", "Lemon"), ("0.33 l", "0.5 l"), 1.7, "drinks", 0.35),
    Line("{} wine", ("Red", "White", "Rose"), ("0.75 l",), 1.65, "wine", 0.9),
    Line("{} milk", ("Whole", "Light", "Oat"), ("1 l", "0.5 l"), 1.06, "chilled", 0.14),
    Line(
        "{} yoghurt",
        ("Strawberry", "Peach", "Vanilla", "Blueberry"),
        ("150 g", "200 g"),
        1.08,
        "chilled",
        0.5,
    ),
    Line("{} pudding", ("Vanilla", "Dark", "Caramel"), ("150 g",), 1.07, "chilled", 0.55),
    Line("{} sandwich", ("Ham", "Cheese", "Salad"), ("180 g",), 1.07, "chilled", 1.9),
    Line("{} salad bowl", ("Caesar", "Tomato", "Lentil"), ("300 g",), 1.06, "chilled", 1.6),
    Line("{} slices", ("Gouda", "Ham", "Pepper"), ("150 g", "200 g"), 1.09, "chilled", 1.2),
    Line("{} chocolate", ("Milk", "Dark", "White", "Hazelnut"), ("100 g",), 1.08, "sweets", 1.5),
    Line("{} bar", ("Nut", "Coconut", "Caramel", "Banana"), ("40 g", "50 g"), 1.07, "sweets", 3.0),
    Line("{} gums", ("Cherry", "Lemon", "Apple"), ("200 g",), 1.04, "sweets", 0.6),
    Line("{} biscuits", ("Butter", "Hazelnut", "Lemon"), ("250 g",), 1.09, "sweets", 0.8),
    Line("{} crisps", ("Salted", "Paprika", "Onion", "Cheese"), ("150 g", "175 g"), 1.1, "snacks", 1.3),
    Line("{} peanuts", ("Salted", "Chilli", "Honey"), ("200 g",), 1.06, "snacks", 1.0),
    Line("{} popcorn", ("Caramel", "Salted"), ("100 g",), 1.16, "snacks", 1.7),
    Line("{} pasta", ("Spaghetti", "Fusilli", "Penne"), ("500 g",), 1.02, "pantry", 0.24),
    Line("{} sauce", ("Tomato", "Basil", "Chilli"), ("400 g",), 1.6, "pantry", 0.6),
    Line("{} soup", ("Lentil", "Tomato", "Onion"), ("400 g",), 1.15, "pantry", 0.57),
    Line("{} jam", ("Strawberry", "Cherry", "Peach"), ("340 g",), 1.6, "pantry", 0.8),
    Line("{} muesli", ("Nut", "Blueberry", "Dark"), ("500 g",), 1.1, "pantry", 0.7),
    Line("{} coffee", ("Classic", "Dark", "Decaf"), ("250 g", "500 g"), 1.05, "pantry", 1.9),
    Line("{} rice", ("Basmati", "Whole"), ("500 g", "1 kg"), 1.03, "pantry", 0.4),
    Line("{} tea", ("Green", "Black", "Mint"), ("50 g",), 1.5, "pantry", 4.0),
    Line("{} bread", ("Toast", "Whole", "Dark"), ("500 g",), 1.02, "bakery", 0.36),
    Line("{} pizza", ("Margherita", "Pepper", "Onion"), ("400 g",), 1.04, "frozen", 0.8),
    Line("{} ice cream", ("Vanilla", "Strawberry", "Dark", "Mint"), ("500 ml",), 0.62, "frozen", 0.8),
    Line("{} toothpaste", ("Mint", "White", "Herbs"), ("75 ml",), 1.4, "household", 2.4),
    Line("{} hand cream", ("Honey", "Herbs", "Coconut"), ("75 ml",), 1.2, "household", 3.0),
    Line("{} tissues", ("White", "Mint"), ("150 g",), 1.08, "household", 1.3),
    Line("{} shampoo", ("Apple", "Herbs", "Coconut"), ("300 ml",), 1.13, "household", 1.0),
)


def random_products(rng: np.random.Generator, count: int) -> tuple[Product, ...]:
    """``count`` invented goods. Flavours of one line have the same weight and price, as in a real store.

    Numbers are of the GTIN range that GS1 leaves to the shop itself.
    """
    found: list[Product] = []
    order: list[int] = []
    while len(found) < count:
        order = order or [int(n) for n in rng.permutation(len(LINES))]
        line = LINES[order.pop()]
        amount = str(rng.choice(line.amounts))
        number, unit = amount.split()
        size = float(number) * _UNITS[unit]
        price = max(49, round(line.price * size * float(rng.uniform(0.8, 1.25)) / 10) * 10 - 1)
        weight = round(line.grams * size * float(rng.uniform(0.99, 1.03)), 1)
        flavours = rng.permutation(line.flavours)[: int(rng.integers(1, len(line.flavours) + 1))]
        for flavour in flavours[: count - len(found)]:
            digits = f"2100{len(found):08d}"
            found.append(
                Product(
                    sku=f"{digits}{gtin_check_digit(digits)}",
                    name=f"{line.words.format(flavour)} {amount}",
                    price=price,
                    weight_g=weight,
                    weight_sd_g=round(max(0.4, 0.005 * weight), 1),
                    tax_basis_points=700 if line.category != "drinks" else 1900,
                    category=line.category,
                    age_limit=16 if line.category == "wine" or " beer" in line.words else None,
                )
            )
    return tuple(found)
