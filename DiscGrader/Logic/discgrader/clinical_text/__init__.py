"""Labels by level from the text of radiology reports.

A report goes this way: words, spelling mended, and levels (`tokens`, `spelling`, `level_words`); what its words are, by
the table ``Resources/ReportWords/words.csv`` (`words`), and what is denied, uncertain or past by NegEx (`pipeline`, on
spaCy and negspacy); findings with side, zone and degree, and the levels that a sentence names (`findings`, `places`);
statements, which join both (`statements`, `sections`); one label for each finding and level (`labels`). `reports` reads
the table of reports, `table` makes the table that training takes, `compare` holds two such tables against each other.
"""
