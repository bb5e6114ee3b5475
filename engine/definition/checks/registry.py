ALL = ()
Check = object


def findings_of(draft):
    for c, v in draft.troubles._kept.items():
        for x in v:
            print(
                c,
                str(x.place),
                x.place.length,
                x.name,
                "|",
                x.owner,
                "|",
                x.detail,
                "|",
                x.near,
                "|",
                x.related,
            )
    for r in draft.references:
        k = f"{r.within}.{r.name}" if r.within else r.name
        if k not in draft.declared(r.kind):
            print("unknown", r)
    return ()
