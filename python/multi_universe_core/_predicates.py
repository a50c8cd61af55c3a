"""What a method says that looks at one attribute, told by its instructions.

Such a method need not be called: the attribute can be read, and the rest is known. Its instructions are
compared with those that this interpreter makes of the same text, so nothing here knows what they mean.
"""

from types import CodeType, FunctionType

# Between the attribute and a constant.
_COMPARISONS = ("<", "<=", "==", "!=", ">", ">=", "is", "is not")
# Flags of a function whose call is more than to run its instructions on one argument: more arguments,
# generators, coroutines (CO_VARARGS, … of `inspect`).
_OTHERWISE = 0x04 | 0x08 | 0x20 | 0x80 | 0x100 | 0x200


def _method(text: str) -> CodeType:
    made: dict[str, FunctionType] = {}
    exec(f"def method(self):\n {text}", made)
    return made["method"].__code__


def _known() -> dict[bytes, tuple[str, int | None]]:
    """By instructions: the test, and which of the method's constants it compares with."""
    known: dict[bytes, tuple[str, int | None]] = {}
    # A method's description is a constant of it, too.
    for description in ("", "'What it says.'; "):
        for text, test in (("self.a", "true"), ("not self.a", "false")):
            known[_method(f"{description}return {text}").co_code] = (test, None)
        for test in _COMPARISONS:
            constant = None if test.startswith("is") else 0.5
            method = _method(f"{description}return self.a {test} {constant}")
            if constant in method.co_consts:
                known[method.co_code] = (test, method.co_consts.index(constant))
    return known


_KNOWN = _known()


def predicate(method: FunctionType) -> tuple[str, str, object] | None:
    """The attribute that the method looks at, its test, and the constant; None for any other method.

    >>> class Ship:
    ...     def is_alive(self):
    ...         return self.hull > 0
    >>> predicate(Ship.is_alive)
    ('hull', '>', 0)
    """
    code = method.__code__
    known = _KNOWN.get(code.co_code)
    if (
        known is None
        or (code.co_argcount, code.co_kwonlyargcount) != (1, 0)
        or code.co_flags & _OTHERWISE
        or code.co_exceptiontable
    ):
        return None
    test, constant = known
    return code.co_names[0], test, None if constant is None else code.co_consts[constant]
