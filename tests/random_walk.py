"""Random readers: seeded sequences of moves over the controls of an exhibit, any allowed value, not only the samples."""

import random

#: what a reader may type, from a plain word to what would break out of HTML, CSV, JSON or a regular expression
TYPED = (
    "",
    " ",
    "a",
    "Russia",
    "2017",
    "ransom ware",
    "(",
    "[a-",
    "\\",
    ".*",
    "%{x}",
    "&lt;b&gt;",
    "<img src=x onerror=alert(1)>",
    '"><script>alert(1)</script>',
    "'; DROP TABLE states; --",
    "=1+1",
    "naïve – “quoted” 中文 \U0001f600",
    "é" * 200,
)


def any_value(control, rng: random.Random):
    """Some allowed value of a control, drawn from its whole range."""
    if control.kind == "choice":
        return rng.choice(control.samples())
    if control.kind == "choices":
        values = [value for _, value in control.pairs]
        return tuple(rng.sample(values, rng.randint(0, min(len(values), 6))))
    if control.kind in ("number", "span"):
        steps = round((control.hi - control.lo) / control.step)
        points = [
            min(control.hi, round(control.lo + rng.randint(0, steps) * control.step, 12)) for _ in range(2)
        ]
        return points[0] if control.kind == "number" else tuple(sorted(points))
    if control.kind == "switch":
        return rng.random() < 0.5
    if control.kind == "search":
        return rng.choice([*TYPED, *control.samples()])
    raise AssertionError(f"a new kind of control: {control.kind}")


def walk(exhibit, steps: int, seed: int):
    """The states a reader passes: one control moved at a time, now and then all reset."""
    rng = random.Random(f"{exhibit.name} {seed}")
    values = dict(exhibit.defaults)
    for _ in range(steps if exhibit.controls else 1):
        if exhibit.controls:
            key = rng.choice(list(exhibit.controls))
            values = values | {key: any_value(exhibit.controls[key], rng)}
        yield dict(values)
        if rng.random() < 0.1:
            values = dict(exhibit.defaults)
