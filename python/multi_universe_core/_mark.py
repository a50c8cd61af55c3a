"""The caller's own mark, `trace_id`, in what goes to the log."""


def mark_of(trace_id: object) -> tuple[str, dict[str, object]]:
    """What a line of the log ends in, and what its record carries as `trace_id`, for handlers.

    >>> from multi_universe_core._mark import mark_of
    >>> mark_of("turn 7"), mark_of(None)
    ((" [trace_id 'turn 7']", {'trace_id': 'turn 7'}), ('', {'trace_id': None}))
    """
    return ("" if trace_id is None else f" [trace_id {trace_id!r}]"), {"trace_id": trace_id}
