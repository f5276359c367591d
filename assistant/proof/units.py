"""Units of measure: what each measures, and how much of it."""

# Unit → (dimension, size in the dimension's first unit). Months and years are a dimension of their
# own: neither is a fixed number of days.
UNITS: dict[str, tuple[str, float]] = {}
for _dimension, _units in {
    "%": {"% percent percentage": 1.0},
    "fold": {"times fold x": 1.0},
    "years": {"year years yr yrs": 1.0, "month months": 1 / 12, "decade decades": 10.0},
    "days": {
        "day days": 1.0,
        "week weeks": 7.0,
        "fortnight": 14.0,
        "hour hours hr hrs h": 1 / 24,
        "minute minutes min mins": 1 / 1440,
        "second seconds sec secs": 1 / 86400,
    },
    "metres": {
        "m metre metres meter meters": 1.0,
        "km kilometre kilometres kilometer kilometers": 1e3,
        "cm centimetre centimetres centimeter centimeters": 1e-2,
        "mm millimetre millimetres millimeter millimeters": 1e-3,
        "mile miles mi": 1609.344,
        "foot feet ft": 0.3048,
        "inch inches": 0.0254,
        "yard yards": 0.9144,
    },
    "grams": {
        "g gram grams": 1.0,
        "kg kilogram kilograms kilo kilos": 1e3,
        "mg milligram milligrams": 1e-3,
        "tonne tonnes": 1e6,
        "ounce ounces oz": 28.349523125,
        "lb lbs": 453.59237,
    },
    "litres": {"litre litres liter liters": 1.0, "ml millilitre millilitres": 1e-3},
    "£": {"£ pounds pound gbp sterling": 1.0, "pence": 0.01},
    "$": {"$ dollar dollars usd": 1.0, "cent cents": 0.01},
    "€": {"€ euro euros eur": 1.0},
    "°C": {"celsius centigrade": 1.0},
    "°F": {"fahrenheit": 1.0},
    "bytes": {"kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12},
}.items():
    for _names, _size in _units.items():
        UNITS |= dict.fromkeys(_names.split(), (_dimension, _size))
