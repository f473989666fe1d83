"""Thousands of simulated visits, through the whole pipeline and scored: how often right, how often asked.

Beside it the rule of the published winner (``baseline``), and an oracle that knows more than any store can
(``ceiling``).
"""
