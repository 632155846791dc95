"""What the people behind the events may ask for: a copy, to be forgotten; and how long anything is kept."""
