"""What whoever runs the page is told: whether it is well, how it does, what it has done.

`watched` stands in front of everything else that is served: it answers `/healthz`, `/readyz` and
`/metrics`, and counts, times and logs every other request. `deeds` is where the engine says what
came of a question; `metrics`, `logs` and `tracing` are who listens there.
"""
