"""Reports of the shop from the ledger: days and periods, how openly it was decided, what left the shelves.

``business_days``  when a day begins and ends by the shop's clock
``figures``        what a day or a period comes to; adds up (pure)
``counting``       documents and payments to figures (pure)
``stretches``      which entries of the chain belong to a day
``closing``        a day is closed: a numbered document in the chain, never computed otherwise afterwards
``periods``        reports of days, closed or not, and of periods as their sum
``openness``       how often a person decided, what that took, and which way it was wrong
``stock``          what moved, by product and slot, and what is low
``sheets``, ``csv_file``  reports as tables, for people and for spreadsheets
"""
