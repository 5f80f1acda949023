"""The query language of the filter bar, rules, exports and saved views: text → a small tree → yes or no.

    word   "a phrase"   prefix*   -not   one OR other   ( )   /regular expression/
    stance:critic  noise:<40  firm:CORZ  since:7d  published:>=2026-06  title:"power" -role:social

Parts that stand side by side must all hold. Words are whole words of title or summary, in any case, and
look-alike letters count as the letters they imitate. Names and values of fields are in any case too.

    parser.py      text → tree, with the column of whatever is wrong
    conditions.py  one field and its value → one condition
    tree.py        the tree, and whether an entry or story is what it asks for
"""

from monitor.query.parser import parse, problem
from monitor.query.tree import Record, Tree, matches, seen_since

__all__ = ["Record", "Tree", "matches", "parse", "problem", "seen_since"]
