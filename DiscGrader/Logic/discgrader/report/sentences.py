"""Sentences that other rooms put together and the report shows, with ``{places}`` for names, levels and numbers, so
that catalogs can have them. What is not among them stays English."""

SENTENCES = (
    "This image of the disc looks unlike those that {pack} was trained on: check its grades.",
    (
        "{pack} was trained on digital spines, and this image of the disc looks unlike them, as images of patients do: "
        "check its grades."
    ),
    "{pack} was trained on digital spines alone, and images of patients look unlike them: check its grades.",
    "The slices of {series} cross the plane of {level} at {angle}°.",
    "There is no sagittal T2 to grade from, so only T1 was used.",
    "Graded from T1 alone, which is less accurate: {measure} {low} on held-out patients, versus {high} from T2.",
    (
        "{task}: graded from T1 alone, which is less accurate: {measure} {low} on held-out patients, versus {high} "
        "from T2."
    ),
    "Not graded by {systems}: {reason}.",
    "{levels} not graded by {systems}: {reason}.",
    "no sagittal T2 ({series} is {contrast})",
    "{series} shows too little of its surroundings ({view})",
    "the axial T2 misses it by {distance} mm",
    "its name, {series}, says {contrast}",
    "Slice of {series}",
    "{number} of {count}",
    "Herniation, width × depth",
    "Research use, not for diagnosis.",
    "No sacrum in view; names are nominal.",
    "{count} discs were found where 5 to 9 are usual: check for missed and false discs.",
    "There is a gap in the row of discs at index {places} from the sacrum.",
    "left", "right", "middle", "axial",
)  # fmt: skip
