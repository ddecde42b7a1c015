"""Independent witnesses: the definitions written a second time, slowly and plainly, to hold the product against.

Nothing here imports the product's fold, its queries or its forms, so a mistake there cannot repeat itself here.

dossier_fold   facts → the state of a dossier, by ``docs/dossier-semantics.md``
judgement      a dossier's state → due time in force, early / on time / late, overdue
form_ii06a     states → form II.06a and the five on-time definitions
receipt        the real log in ``services/intake/samples`` → the same form, by columns
published      figures that Vietnamese offices printed, as data, and dossiers that give them
strategies     small adversarial sets of facts for hypothesis
"""
