import random
from tests.integration.fold.test_fold_equals_reference import *
from tests.integration.fold.test_fold_equals_reference import _TEXTS
from tests.integration.fold.conftest import *
def test_stress(databases):
  for r in range(6):
    sets = numbered(drawn(adversarial_sets(), 500))
    ts = sorted({k.recorded_at_ms for k in everything(sets)})
    with databases.holding(everything(sets), dice(3)) as store:
        for t in random.sample(ts, 12)+[ts[-1]]+[ts[0]]:
            states = {s.subject: attributes_of(s) for one in sets for s in dossier_fold.fold(one.known, as_of_ms=t).values()}
            if not states: continue
            names = tuple(next(iter(states.values())))
            sql = f"SELECT subject, {', '.join(names)} FROM ({fold(names)})"
            folded = {row["subject"]: {n: row[n] for n in names} for row in store.query(sql, {"as_of": t}).dicts()}
            nothing = dict.fromkeys(names, 0) | dict.fromkeys(_TEXTS, "")
            d = {(s, n, said, folded.get(s, nothing)[n]) for s, st_ in states.items() for n, said in st_.items() if folded.get(s, nothing)[n] != said}
            if d:
                subj=next(iter(d))[0]
                for one in sets:
                    for k in one.known:
                        if k.event.subject==subj: print(k.recorded_at_ms,k.recorded_at_ms<=t,k.event)
            assert not d, (t, len(d), list(d)[:20])
