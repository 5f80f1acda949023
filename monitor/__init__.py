"""pivotwatch: are Bitcoin miners turning their power into AI compute, who says so, and does the money agree?"""
