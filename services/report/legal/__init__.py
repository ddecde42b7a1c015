"""Legal review (rà soát văn bản, TTHC; theo dõi thi hành pháp luật): facts of registers to states, states to forms.

What the states are is docs/legal-review-semantics.md. Everything but ``register`` is pure.
"""
