"""Facts of registers (sổ theo dõi): legal documents and their review, plans and tasks, inspections, scores said.

They are few and of many kinds, and whoever reads one wants all of it: each lies whole in the table ``register_fact``.
"""
