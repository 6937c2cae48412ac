"""Nicknames: BILL, WILL and WILLIAM get one root.

Here: how the root of a group is chosen. Never here: how much a shared root weighs. Next: `names`.

The `nicknames` package lists which names are short for which. Following every link would merge
hundreds of names (BERT is ALBERT, HERBERT, ROBERTA …), so a name has exactly one root, chosen so:

1. A name of `_FORMAL_NAMES` (usual formal English names, most usual first) is its own root, or the
   main spelling that `_SPELLINGS` gives it.
2. Another name that is short for some of them takes the most usual of these.
3. A name that is short for just one other name takes that name's root.
4. Any other name is its own root.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache

from nicknames import name_triplets

_FORMAL_NAMES = (
    "JAMES ROBERT JOHN MICHAEL WILLIAM DAVID RICHARD JOSEPH THOMAS CHARLES CHRISTOPHER DANIEL MATTHEW"
    " ANTHONY MARK DONALD STEPHEN PAUL ANDREW JOSHUA KENNETH KEVIN BRIAN GEORGE TIMOTHY RONALD EDWARD"
    " JASON JEFFREY RYAN JACOB GARY NICHOLAS ERIC JONATHAN LAWRENCE JUSTIN SCOTT BRANDON BENJAMIN"
    " SAMUEL GREGORY ALEXANDER FRANK PATRICK RAYMOND DENNIS GERALD TYLER AARON JOSE ADAM NATHAN HENRY"
    " DOUGLAS ZACHARY PETER KYLE WALTER ETHAN JEREMY HAROLD KEITH CHRISTIAN ROGER NOAH CARL TERENCE"
    " SEAN AUSTIN ARTHUR DYLAN JESSE JORDAN BRYAN ALBERT BRUCE GABRIEL LOGAN ALAN JUAN ROY RALPH RANDALL"
    " EUGENE VINCENT LOUIS PHILIP VICTOR ERNEST MARTIN FREDERICK STANLEY LEONARD NATHANIEL CURTIS"
    " CLARENCE CALVIN THEODORE ALFRED FRANCIS HERBERT CAMERON IAN IVAN LUKE LEWIS HUGH SIMON OLIVER"
    " LEO MARCUS ELIJAH ISAAC EDMUND EDWIN MAURICE NORMAN CLIFFORD VERNON GILBERT REGINALD"
    " MARY PATRICIA JENNIFER LINDA ELIZABETH BARBARA SUSAN JESSICA SARAH KAREN NANCY LISA MARGARET"
    " SANDRA ASHLEY KIMBERLY EMILY DONNA MICHELLE CAROL AMANDA DOROTHY MELISSA DEBORAH STEPHANIE REBECCA"
    " SHARON LAURA CYNTHIA KATHLEEN AMY ANGELA SHIRLEY ANNA BRENDA PAMELA EMMA NICOLE HELEN SAMANTHA"
    " KATHERINE CHRISTINE CHRISTINA RACHEL CAROLYN JANET MARIA HEATHER DIANE JULIE OLIVIA JOYCE VIRGINIA"
    " VICTORIA LAUREN EVELYN JOAN JUDITH MEGAN CHERYL ANDREA HANNAH JACQUELINE MARTHA GLORIA TERESA"
    " SARA JANICE MADISON FRANCES JULIA GRACE JEAN ALICE ABIGAIL SOPHIA MARILYN DANIELLE BEVERLY"
    " ISABELLA THERESA DIANA NATALIE BRITTANY CHARLOTTE MARIE KAYLA ALEXIS LORI ALEXANDRA ELEANOR"
    " ERIN ROSE RUTH IRENE JANE ELLEN FLORENCE LILLIAN CAROLINE JOSEPHINE PENELOPE LUCY GERTRUDE"
    " VALERIE ADELAIDE AGNES HARRIET MATILDA WILHELMINA HENRIETTA LYDIA CECILIA AUGUSTA"
).split()
_SPELLINGS = {
    "STEVEN": "STEPHEN", "JEFFERY": "JEFFREY", "GEOFFREY": "JEFFREY", "CATHERINE": "KATHERINE",
    "KATHRYN": "KATHERINE", "CATHRYN": "KATHERINE", "CATHARINE": "KATHERINE", "LAURENCE": "LAWRENCE",
    "ERIK": "ERIC", "PHILLIP": "PHILIP", "MATHEW": "MATTHEW", "MICHEAL": "MICHAEL", "SARA": "SARAH",
    "TERESA": "THERESA", "ELISABETH": "ELIZABETH", "FREDERIC": "FREDERICK", "FREDRICK": "FREDERICK",
    "ALLAN": "ALAN", "ALLEN": "ALAN", "NICOLAS": "NICHOLAS", "ZACHARIAH": "ZACHARY", "BRYAN": "BRIAN",
    "DEBRA": "DEBORAH", "REBEKAH": "REBECCA", "JONATHON": "JONATHAN", "JOHNATHAN": "JONATHAN",
    "SHAWN": "SEAN", "SHAUN": "SEAN", "MARC": "MARK", "KARL": "CARL", "TERRENCE": "TERENCE",
    "ANNE": "ANNA", "ANN": "ANNA", "LOUISE": "LOUISA", "SOFIA": "SOPHIA", "MEGHAN": "MEGAN",
}  # fmt: skip
_MORE = {
    "BILL": "WILLIAM", "BILLY": "WILLIAM", "WILLIE": "WILLIAM", "HARRY": "HENRY", "LEE": "LEE",
    "PEPE": "JOSE", "PACO": "FRANCISCO", "PANCHO": "FRANCISCO", "NACHO": "IGNACIO", "CHUY": "JESUS",
    "LUPE": "GUADALUPE", "LOLA": "DOLORES", "CHARO": "ROSARIO", "QUIQUE": "ENRIQUE", "BETO": "ALBERTO",
    "HANS": "JOHANNES", "FRITZ": "FRIEDRICH", "SEPP": "JOSEF", "HEINZ": "HEINRICH",
    "САША": "АЛЕКСАНДР", "ШУРА": "АЛЕКСАНДР", "ВАНЯ": "ИВАН", "ПЕТЯ": "ПЕТР",
    "МИША": "МИХАИЛ", "КОЛЯ": "НИКОЛАИ", "СЕРЕЖА": "СЕРГЕИ", "АЛЕША": "АЛЕКСЕИ", "ЛЕША": "АЛЕКСЕИ",
    "ДИМА": "ДМИТРИИ", "МИТЯ": "ДМИТРИИ", "ВОЛОДЯ": "ВЛАДИМИР", "ВОВА": "ВЛАДИМИР", "ЖЕНЯ": "ЕВГЕНИИ",
    "КАТЯ": "ЕКАТЕРИНА", "МАША": "МАРИЯ", "НАТАША": "НАТАЛЬЯ", "НАТАЛИЯ": "НАТАЛЬЯ", "ТАНЯ": "ТАТЬЯНА",
    "ЛЕНА": "ЕЛЕНА", "АНЯ": "АННА", "ОЛЯ": "ОЛЬГА", "СВЕТА": "СВЕТЛАНА", "НАСТЯ": "АНАСТАСИЯ",
    "ДАША": "ДАРЬЯ", "СОНЯ": "СОФЬЯ", "СОФИЯ": "СОФЬЯ", "ЮРА": "ЮРИИ", "КОСТЯ": "КОНСТАНТИН",
}  # fmt: skip


@cache
def nickname_roots() -> dict[str, str]:
    """Return name → root, for names whose root is another name. Both are given keys."""
    rank = {name: place for place, name in enumerate(_FORMAL_NAMES)}
    longer: dict[str, set[str]] = defaultdict(set)
    for formal, _, short in name_triplets():
        longer[short.upper()].add(formal.upper())
    direct: dict[str, str] = {}
    for name, candidates in longer.items():
        usual = sorted((rank[other], other) for other in candidates if other in rank)
        if name in rank:
            continue
        if usual:
            direct[name] = usual[0][1]
        elif len(candidates) == 1:
            direct[name] = next(iter(candidates))
    direct |= _MORE | _SPELLINGS
    roots = {}
    for name in direct:
        root, seen = name, {name}
        while root in direct and direct[root] not in seen:
            root = direct[root]
            seen.add(root)
        if root != name:
            roots[name] = root
    return roots
