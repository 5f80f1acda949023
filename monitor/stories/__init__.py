"""Entries → stories, measures and briefs. Pure: no store, no clock, no network.

fingerprint → weigh → (store: neighbours) → decide          grouping.py
entries of a story → sides, noise, score, title             measure.py noise.py claims.py score.py
story → brief → text, Markdown, HTML, JSON                  brief.py timeline.py render.py
"""
